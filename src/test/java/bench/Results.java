package bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The figures of all rounds. */
final class Results {
  private record Cell(Contender contender, Workload workload) {}

  private final Map<Cell, List<Double>> figures = new LinkedHashMap<>();
  private final Map<Cell, String> failures = new LinkedHashMap<>();

  void add(Contender contender, Workload workload, double figure) {
    figures.computeIfAbsent(new Cell(contender, workload), cell -> new ArrayList<>()).add(figure);
  }

  /** From here on there is no figure, whatever other rounds have brought. */
  void fail(Contender contender, Workload workload, String why) {
    failures.put(new Cell(contender, workload), why);
  }

  boolean hasFailed(Contender contender, Workload workload) {
    return failures.containsKey(new Cell(contender, workload));
  }

  /** The median over the rounds; nothing where a round failed or the workload was left out. */
  OptionalDouble median(Contender contender, Workload workload) {
    Cell cell = new Cell(contender, workload);
    if (failures.containsKey(cell) || !figures.containsKey(cell)) {
      return OptionalDouble.empty();
    }
    double[] sorted = figures.get(cell).stream().mapToDouble(figure -> figure).sorted().toArray();
    int middle = sorted.length / 2;
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }

  /** What failed and why, a line each. */
  List<String> failures() {
    List<String> lines = new ArrayList<>();
    failures.forEach(
        (cell, why) -> lines.add(cell.contender.title() + ": " + cell.workload + ": " + why));
    return lines;
  }
}
