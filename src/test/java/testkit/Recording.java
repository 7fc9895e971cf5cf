package testkit;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record of a terminal, to be found on its screen: line for line, but that {@code ...} stands for
 * whatever is left out, and that calls which are only entered may be left out. Lines of different
 * threads may change places.
 */
public final class Recording {
  /** What differs from run to run, and what stands for it. */
  private static final String[][] EQUAL = {
    {"\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?", "TIME"},
    {"\\b\\d+\\.\\d{3} s\\b", "# s"},
    {"\\[?(::ffff:)?127\\.0\\.0\\.1\\]?", "127.0.0.1"},
    {"(?<![\\d.,])\\d{5}(?![\\d.,]*\\d)", "#"}, // the port of a client, the size of a piece
    {"\\b(pid=|fd=|/dev/pts/)\\d+", "$1#"},
    {"(?m)^ *\\d+ +(?=[DIRST][+<Lls]* )", "# "}, // a thread in the list of ps
    {"(?m)^\\^C(?=.)", ""}, // What comes next stands behind it, whatever that is.
    {"[ \t]+", " "},
    {"(?m)^ | $", ""},
  };

  private static final Pattern CALL = Pattern.compile("TIME (\\S+) .*");
  private static final Pattern LEFT_OUT = Pattern.compile("(?<=[ (])\\.\\.\\.(?= |\\\\E$)");
  private static final String ENTERED = "(?:^TIME .* \\.\\.\\.\n)*?";

  /** Of nothing. */
  public static final Recording NONE = new Recording("");

  private final String name;
  private final List<String> lines = new ArrayList<>();
  private boolean isOfThreads;
  private int typed;
  private String missing = "";

  /** The name is for {@link #toString}. */
  Recording(String name) {
    this.name = name;
  }

  /** Adds a part. Anything may stand before it. */
  void add(String text) {
    lines.add("...");
    lines.addAll(normal(text));
    isOfThreads |= text.contains(" client-1 ");
  }

  private static List<String> normal(String text) {
    String normal = text;
    for (String[] each : EQUAL) {
      normal = normal.replaceAll(each[0], each[1]);
    }
    return normal.lines().toList();
  }

  /** Whether the lines before the next one that shows what is typed now are on the screen. */
  public Predicate<String> isOnUntil(String keys) {
    String echo = "(\\$ |>+ |line to send: )?" + Pattern.quote(String.join("", normal(keys)));
    for (int line = typed; line < lines.size() && !keys.isBlank(); line++) {
      if (lines.get(line).matches(echo)) {
        typed = line + 1;
        return screen -> isOn(screen, typed - 1);
      }
    }
    return screen -> true;
  }

  /** Whether all of it is on the screen. */
  public boolean isOn(String screen) {
    return isOn(screen, lines.size());
  }

  private boolean isOn(String screen, int count) {
    List<String> expected = lines.subList(0, count);
    List<String> shown = normal(screen);
    missing =
        lines.stream()
            .map(this::thread)
            .distinct()
            .map(thread -> missing(of(thread, expected), of(thread, shown)))
            .collect(joining());
    return missing.isEmpty();
  }

  private List<String> of(String thread, List<String> all) {
    return all.stream().filter(line -> line.equals("...") || thread(line).equals(thread)).toList();
  }

  /** The thread that made a call, if there are several; empty for other lines. */
  private String thread(String line) {
    Matcher call = CALL.matcher(line);
    return isOfThreads && call.matches() ? call.group(1) : "";
  }

  /** The first line that can't be found behind those before it; empty if there is none. */
  private static String missing(List<String> expected, List<String> shown) {
    String text = String.join("\n", shown) + "\n";
    String pattern = "";
    for (String line : expected) {
      pattern += line.equals("...") ? "(?s:.*?)" : ENTERED + "^" + pattern(line) + "\n";
      if (!Pattern.compile(pattern, Pattern.MULTILINE).matcher(text).find()) {
        return "'" + line + "'";
      }
    }
    return "";
  }

  private static String pattern(String line) {
    String literal = "\\Q" + line + "\\E";
    boolean isEntered = line.startsWith("TIME ") && line.endsWith(" ...");
    return isEntered ? literal : LEFT_OUT.matcher(literal).replaceAll("\\\\E.*\\\\Q");
  }

  /** What was not there, when it was last looked for. */
  @Override
  public String toString() {
    return name + ": " + missing;
  }
}
