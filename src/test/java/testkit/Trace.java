package testkit;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads what {@code --trace} says, without the times. */
public final class Trace {
  private static final Pattern CALL =
      Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} +(\\S+) +(.*)");

  private Trace() {}

  /** The calls of one thread so far, {@code "recv() ..."} and {@code "recv() = 6 bytes"}. */
  public static List<String> of(String thread, String text) {
    return text.lines()
        .map(CALL::matcher)
        .filter(call -> call.matches() && call.group(1).equals(thread))
        .map(call -> call.group(2).replaceFirst(" after \\d+\\.\\d{3} s$", ""))
        .collect(Collectors.toList());
  }
}
