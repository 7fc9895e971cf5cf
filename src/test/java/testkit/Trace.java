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

  /** The last call of a thread so far: what it waits for, where that ends with "...". */
  public static String last(String thread, String text) {
    List<String> calls = of(thread, text);
    return calls.isEmpty() ? "" : calls.get(calls.size() - 1);
  }
}
