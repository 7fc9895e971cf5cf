package testkit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Pseudo-terminals with a shell each, on a machine of their own as far as namespaces(7) make one:
 * every port of its network is free, its processes are seen by nobody else and end with it, and its
 * /tmp is the directory of the shells. Where none can be made, other ports are taken.
 */
public final class Terminals implements AutoCloseable {
  /** Makes such a machine, which lasts until its standard input ends; $0 is the directory. */
  private static final String MAKE =
      "ip link set lo up && mount --bind \"$0\" /tmp && echo made && read";

  /** Opens a terminal; $0 is the directory, $1 the PATH, $3 the machine's process, if any. */
  private static final String OPEN =
      """
      enter="nsenter -t $3 -U --preserve-credentials -n -m --pid=/proc/$3/ns/pid_for_children"
      exec ${3:+$enter} env -i -C "$0" --default-signal=INT \
          HOME="$0" PATH="$1" LC_ALL=C.UTF-8 TERM=dumb PS1='$ ' \
          script -qefc "stty cols 500; $2 exec bash --norc --noprofile -i" /dev/null
      """;

  private static final Pattern PORT = Pattern.compile("\\b(7\\d{3}|8080|8443)\\b");

  /** Of proc_pid_status(5); but not of the threads of a JVM that run at intervals. */
  private static final Pattern THREAD =
      Pattern.compile(
          "(?s)(?!Name:\\s(?:VM Periodic|Monitor Defl|G1 Service)).*?"
              + "\nState:\\s(\\w).*\nvoluntary_ctxt_switches:\\s+(\\d+).*");

  private final Map<Character, Child> terminals = new TreeMap<>();
  private final Map<String, String> ports = new TreeMap<>();
  private final Child machine;
  private final String[] open;

  private List<String> sleeps = List.of();
  private File awake = new File("/");

  /** The preparation is what each shell begins with. */
  public Terminals(Path directory, String preparation) throws IOException {
    Watch.assumeLinuxWith("script", "bash");
    Path jar = Files.createDirectory(directory.resolve("target")).resolve("blocking-sockets.jar");
    Files.copy(Path.of(System.getProperty("jar", "target/blocking-sockets.jar")), jar);
    machine =
        Child.command("unshare", "-Urnpmf", "--mount-proc", "bash", "-c", MAKE, "" + directory);
    Watch.until("a machine", () -> machine.out.count("made") > 0 || !machine.isRunning());
    String path = System.getProperty("java.home") + "/bin:" + System.getenv("PATH") + ":/usr/sbin";
    String home = machine.isRunning() ? "/tmp" : "" + directory;
    String process = machine.isRunning() ? "" + machine.pid() : "";
    open = new String[] {"bash", "-c", OPEN, home, path, preparation, process};
  }

  private Child terminal(char name) {
    return terminals.computeIfAbsent(name, key -> Child.command(open));
  }

  /** Types; the program at the terminal, or the system, has echoed it when this returns. */
  public void type(char terminal, String keys) {
    Capture screen = terminal(terminal).out;
    int before = screen.bytes().length;
    terminal(terminal).type(machine.isRunning() ? keys : withFreePorts(keys));
    screen.awaitBytes(before + 1);
  }

  private String withFreePorts(String keys) {
    return PORT.matcher(keys)
        .replaceAll(port -> ports.computeIfAbsent(port.group(), key -> "" + Peer.freePort()));
  }

  /** Waits for the shell, at the beginning of a command or, in the middle of one, for its rest. */
  public void awaitPrompt(char terminal) {
    await(terminal, "a prompt", screen -> screen.endsWith("$ ") || screen.endsWith("\n> "));
  }

  /** Waits until a terminal's screen satisfies a condition: {@link Capture#await}. */
  public void await(char terminal, Object what, Predicate<String> condition) {
    terminal(terminal).out.await(what, text -> condition.test(asWritten(text)));
  }

  private String asWritten(String screen) {
    String text = screen.replace("\r", "");
    for (Map.Entry<String, String> port : ports.entrySet()) {
      text = text.replaceAll("\\b" + port.getValue() + "\\b", port.getKey());
    }
    return text;
  }

  /** Waits until all programs sleep: no thread runs, or has run since the look before. */
  public void awaitRest() {
    Watch.until("all programs to sleep", this::areAsleep);
  }

  private boolean areAsleep() {
    List<String> before = sleeps;
    sleeps = new ArrayList<>();
    return !isAwake(awake) // If it is the one that was, there is no need to look at the others.
        && processes()
            .map(process -> new File(process, "task").listFiles())
            .flatMap(Stream::ofNullable) // There is none when the process has ended.
            .flatMap(Stream::of)
            .noneMatch(this::isAwake)
        && sleeps.equals(before);
  }

  private Stream<File> processes() {
    return machine.isRunning()
        ? Stream.of(new File("/proc/" + machine.pid() + "/root/proc").listFiles())
        : ProcessHandle.current().descendants().map(each -> new File("/proc/" + each.pid()));
  }

  private boolean isAwake(File thread) {
    Matcher status = THREAD.matcher(Watch.read(thread + "/status"));
    boolean isAwake = status.matches() && !"SZT".contains(status.group(1));
    sleeps.add(status.matches() ? status.group(2) : "");
    awake = isAwake ? thread : awake;
    return isAwake;
  }

  @Override
  public void close() {
    machine.close();
    terminals.values().forEach(Child::close);
  }
}
