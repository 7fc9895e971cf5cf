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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.util.RestoreSystemProperties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JVM that runs the tests has pipes, and no terminal. */
class StandardStreamsTest {
  /** Of symbolic links, as /proc/self/fd is. */
  @TempDir private Path directory;

  private boolean isOpen(Path file) throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("1"), file);
    boolean open = StandardStreams.isOpen(directory, 1);
    Files.delete(link);
    return open;
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

  @ParameterizedTest
  @CsvSource({
    "/dev/pts/0, true",
    "/dev/tty1, true",
    "/dev/console, true",
    "/dev/null, false",
    "/tmp/dev/tty, false",
    "pipe:[4711], false",
  })
  void linuxTellsATerminalByItsName(String name, boolean terminal) throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("0"), Path.of(name));
    boolean result = StandardStreams.isTerminal(directory, 0);
    Files.delete(link);
    assertEquals(terminal, result);
  }

  @Test
  void aNumberThatIsNotThereIsClosedAndWithoutProcItIsOpenAndTheSystemIsAsked() {
    assertFalse(StandardStreams.isOpen(directory, 0));
    assertFalse(StandardStreams.isTerminal(directory, 0));
    assertTrue(StandardStreams.isOpen(directory.resolve("missing"), 0));
    assertFalse(StandardStreams.isTerminal(directory.resolve("missing"), 0));
  }

  @Test
  void theStreamsOfTheProcessAreItsDescriptors() throws IOException {
    StandardStreams streams = StandardStreams.ofProcess();
    assertSame(FileDescriptor.in, ((FileInputStream) streams.in()).getFD());
    assertSame(FileDescriptor.out, ((FileOutputStream) streams.out()).getFD());
    assertFalse(streams.inTerminal() || streams.outTerminal());
  }
}
