package bench;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The figures of all rounds, shown as a README can have them. */
final class Results {
  private static final List<String> COLOURS =
      List.of("gray", "blue", "orange", "green", "red", "purple", "brown");

  /** They show how a server takes more and more clients. */
  private static final List<Workload> CHARTED =
      Workload.ALL.stream()
          .filter(w -> w.kind() == Workload.Kind.PING_PONG && w.bytes() == 64)
          .toList();

  private record Cell(Contender contender, Workload workload) {}

  private final Map<Cell, List<Double>> figures = new HashMap<>();

  /** Adds the figure of a round. */
  void add(Contender contender, Workload workload, double figure) {
    figures.computeIfAbsent(new Cell(contender, workload), cell -> new ArrayList<>()).add(figure);
  }

  /** The median over the rounds; not a number (NaN) where there is no figure. */
  private double median(Contender contender, Workload workload) {
    List<Double> all = figures.getOrDefault(new Cell(contender, workload), List.of(Double.NaN));
    List<Double> sorted = all.stream().sorted().toList();
    return (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
  }

  /** Medians, and in brackets what they are of the first server's. */
  String table(String head, List<Contender> contenders) {
    StringBuilder table = new StringBuilder(row(head, contenders.stream().map(Contender::title)));
    table.append(row("---", contenders.stream().map(contender -> "---:")));
    for (Workload workload : Workload.ALL) {
      double first = median(contenders.get(0), workload);
      Stream<String> cells = contenders.stream().map(c -> cell(median(c, workload), first));
      table.append(row(workload.toString(), cells));
    }
    return table.toString();
  }

  private static String row(String first, Stream<String> rest) {
    return Stream.concat(Stream.of(first), rest).collect(joining(" | ", "| ", " |\n"));
  }

  private static String cell(double figure, double first) {
    if (Double.isNaN(figure)) {
      return "-";
    }
    String format = (figure < 100 ? "%.1f" : "%,.0f") + (Double.isNaN(first) ? "" : " (%.2f)");
    return String.format(Locale.ROOT, format, figure, figure / first);
  }

  /** A Mermaid chart of the servers that took every number of clients; it draws no legend. */
  String chart(List<Contender> contenders) {
    List<Contender> lines =
        contenders.stream()
            .filter(c -> CHARTED.stream().noneMatch(w -> Double.isNaN(median(c, w))))
            .limit(COLOURS.size())
            .toList();
    return """
    ```mermaid
    %%%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "%s"}}}}%%%%
    xychart-beta
      title "%s"
      x-axis "clients" %s
      y-axis "round trips per second" 0 --> %d
    %s```
    """
        .formatted(
            String.join(", ", COLOURS.subList(0, lines.size())),
            lines.stream()
                .map(c -> COLOURS.get(lines.indexOf(c)) + ": " + c.title())
                .collect(joining(", ")),
            CHARTED.stream().map(point -> "\"" + point.clients() + "\"").toList(),
            lines.stream().flatMap(this::rounded).max(Long::compare).orElse(0L),
            lines.stream().map(c -> "  line " + rounded(c).toList() + "\n").collect(joining()));
  }

  private Stream<Long> rounded(Contender contender) {
    return CHARTED.stream().map(point -> Math.round(median(contender, point)));
  }
}
