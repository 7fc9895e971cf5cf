package bench;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Shows results as a README can have them. */
record Markdown(Results results, List<Contender> contenders, List<Workload> workloads) {
  private static final List<String> COLOURS =
      List.of("gray", "blue", "orange", "green", "red", "purple", "brown");

  /** Medians, and in brackets what they are of the first server's. */
  String table() {
    return row("", contenders, Contender::title)
        + row("---", contenders, contender -> "---:")
        + workloads.stream()
            .map(w -> row(w + " (" + w.unit() + ")", contenders, c -> cell(c, w)))
            .collect(joining());
  }

  private static <T> String row(String first, List<T> rest, Function<T, String> text) {
    return Stream.concat(Stream.of(first), rest.stream().map(text))
        .collect(joining(" | ", "| ", " |\n"));
  }

  private String cell(Contender contender, Workload workload) {
    OptionalDouble median = results.median(contender, workload);
    OptionalDouble first = results.median(contenders.get(0), workload);
    if (median.isEmpty()) {
      return "-";
    }
    double figure = median.getAsDouble();
    String ratio = first.isEmpty() ? "" : " (%.2f)";
    return String.format(
        Locale.ROOT, "%,.0f" + ratio, figure / workload.scale(), figure / first.orElse(1));
  }

  /** A Mermaid chart of the servers that took every number of clients; empty if there is none. */
  String chart() {
    List<Workload> points = workloads.stream().filter(Workload::isCharted).toList();
    List<Contender> lines =
        contenders.stream()
            .filter(c -> points.stream().allMatch(w -> results.median(c, w).isPresent()))
            .limit(COLOURS.size())
            .toList();
    return lines.isEmpty() ? "" : chart(points, lines);
  }

  /** Mermaid draws no legend: the title says which line is whose. */
  private String chart(List<Workload> points, List<Contender> lines) {
    String title =
        IntStream.range(0, lines.size())
            .mapToObj(i -> COLOURS.get(i) + ": " + lines.get(i).title())
            .collect(joining(", "));
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
            String.join(", ", COLOURS),
            title,
            points.stream().map(point -> "\"" + point.clients() + "\"").toList(),
            lines.stream().flatMap(c -> rounded(c, points).stream()).max(Long::compare).get(),
            lines.stream().map(c -> "  line " + rounded(c, points) + "\n").collect(joining()));
  }

  private List<Long> rounded(Contender contender, List<Workload> points) {
    return points.stream()
        .map(point -> Math.round(results.median(contender, point).orElseThrow()))
        .toList();
  }
}
