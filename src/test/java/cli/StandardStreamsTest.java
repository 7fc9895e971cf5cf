package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.util.RestoreSystemProperties;

/** The JVM that runs the tests has pipes, and no terminal. */
class StandardStreamsTest {
  @TempDir private Path directory;

  /** In a directory of symbolic links, as /proc/self/fd is. */
  private boolean isOpen(Path file) throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("1"), file);
    try {
      return StandardStreams.isOpen(directory, 1);
    } finally {
      Files.delete(link);
    }
  }

  @Test
  @RestoreSystemProperties
  void aFileOfTheJvmOrOfTheClassPathIsNotTheUsers() throws IOException {
    Path jvm = Path.of(System.getProperty("java.home")).toRealPath();
    assertFalse(isOpen(jvm.resolve("lib/modules")));
    assertTrue(isOpen(jvm.resolve("release")));
    Path real = Files.createFile(directory.toRealPath().resolve("1.jar"));
    Path jar = Files.createSymbolicLink(directory.resolve("any.jar"), real);
    System.setProperty("java.class.path", "missing.jar" + File.pathSeparator + jar);
    assertFalse(isOpen(real));
    for (String file : List.of("/etc/passwd", "/gone (deleted)", "/dev/null", "pipe:[4711]")) {
      assertTrue(isOpen(Path.of(file)), file);
    }
  }

  @Test
  void aNumberThatIsNotThereIsClosedUnlessThereIsNoProc() {
    assertFalse(StandardStreams.isOpen(directory, 0));
    assertTrue(StandardStreams.isOpen(directory.resolve("missing"), 0));
  }

  @Test
  void whereThereIsNoProcTheSystemIsAsked() {
    assertFalse(StandardStreams.isTerminal(directory.resolve("missing"), 0));
    Thread.currentThread().interrupt();
    assertFalse(StandardStreams.isTerminal(directory.resolve("missing"), 0));
    assertTrue(Thread.interrupted());
  }

  @Test
  void aConsoleIsATerminalUnlessTheJvmKnowsBetter() throws Exception {
    assertFalse(StandardStreams.isConsoleTerminal(null));
    // Where there is no terminal there is no console, and its class has no constructor.
    Class<?> unsafe = Class.forName("sun.misc.Unsafe");
    Field instance = unsafe.getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    Object console =
        unsafe
            .getMethod("allocateInstance", Class.class)
            .invoke(instance.get(null), java.io.Console.class);
    boolean jvmKnows = Runtime.version().feature() >= 22;
    assertEquals(!jvmKnows, StandardStreams.isConsoleTerminal((java.io.Console) console));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theStreamsOfTheProcessAreItsDescriptors() throws IOException {
    StandardStreams streams = StandardStreams.ofProcess();
    assertSame(FileDescriptor.in, ((FileInputStream) streams.in()).getFD());
    assertSame(FileDescriptor.out, ((FileOutputStream) streams.out()).getFD());
    assertSame(System.err, streams.err());
    assertFalse(streams.inIsTerminal() || streams.outIsTerminal());
  }
}
