package testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A section of a document that its readers can repeat: what they enter at which terminal, from
 * tables and from blocks that begin with {@code sh A}, and records of what terminal A shows then,
 * from blocks that begin with {@code text A}. A block {@code sh each} is for every terminal.
 *
 * @param skip why it is not repeated, or null
 * @param preparation what the shell at each terminal begins with
 */
public record Experiment(
    String title,
    String skip,
    String preparation,
    List<Step> steps,
    Map<Character, Recording> records) {
  private static final Pattern PART =
      Pattern.compile(
          "(?m)^(<!-- skip: (?<skip>.*) -->\n+)?(#{1,3} (?<title>.*)"
              + "|```((?<kind>sh|text) (?<terminal>each|[A-Z])|.*)\n(?<block>(?s:.*?))^```"
              + "|\\| terminal \\| command \\| type \\|\n.*\n(?<rows>(\\|.*\n)*))");

  /** A code span, or the name of a key. */
  private static final Pattern KEYS = Pattern.compile("(`+)(.+?)\\1|Enter|Ctrl-[CD]");

  private static final Map<String, String> KEY =
      Map.of("Enter", "\n", "Ctrl-C", "\003", "Ctrl-D", "\004");

  /** A command waits for the shell's prompt; what is typed does not. */
  public record Step(char terminal, String keys, boolean isCommand) {}

  /** Reads those of a document. */
  public static Stream<Experiment> of(Path file) throws IOException {
    List<Experiment> all = new ArrayList<>();
    String preparation = "";
    for (Matcher part = PART.matcher(Files.readString(file)); part.find(); ) {
      if (part.group("title") != null) {
        String title = file + ", " + part.group("title");
        List<Step> steps = new ArrayList<>();
        all.add(new Experiment(title, part.group("skip"), preparation, steps, new TreeMap<>()));
      } else if (part.group("skip") != null) {
        System.out.println("A part of " + file + " is not repeated: " + part.group("skip"));
      } else if ("each".equals(part.group("terminal"))) {
        preparation += part.group("block");
      } else {
        all.get(all.size() - 1).add(part);
      }
    }
    return all.stream().filter(each -> !each.steps.isEmpty() || !each.records.isEmpty());
  }

  private void add(Matcher part) {
    if (part.group("rows") != null) {
      addRows(part.group("rows"));
    } else if (part.group("kind") != null) {
      char terminal = part.group("terminal").charAt(0);
      String block = part.group("block");
      if (part.group("kind").equals("text")) {
        records
            .computeIfAbsent(terminal, name -> new Recording(title + ", terminal " + name))
            .add(block);
      } else {
        block.lines().forEach(line -> steps.add(new Step(terminal, line + "\n", true)));
      }
    }
  }

  private void addRows(String rows) {
    char terminal = ' ';
    for (String row : rows.split("\n")) {
      String[] cells = row.split("(?<!\\\\)\\|", -1);
      terminal = (cells[1].strip() + terminal).charAt(0); // An empty cell: the one above.
      for (int cell = 2; cell <= 3; cell++) {
        String keys = cells[cell].replace("\\|", "|");
        if (!KEYS.matcher(keys).replaceAll("").matches("[ ,]*")) {
          throw new IllegalArgumentException(title + ": neither code nor a key: " + keys);
        }
        for (Matcher key = KEYS.matcher(keys); key.find(); ) {
          String entered = KEY.getOrDefault(key.group(), key.group(2) + "\n");
          steps.add(new Step(terminal, entered, cell == 2));
        }
      }
    }
  }

  @Override
  public String toString() {
    return title;
  }
}
