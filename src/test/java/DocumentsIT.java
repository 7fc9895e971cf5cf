import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import testkit.Experiment;
import testkit.Recording;
import testkit.Terminals;
import testkit.Watch;

/** What the documents have their readers do shows what the documents say. */
class DocumentsIT {
  private static final Pattern TOOL = Pattern.compile("\\b(nc|openssl|pgrep|python3|ss|strace)\\b");

  static Stream<Experiment> experiments() throws IOException {
    return Stream.concat(
        Experiment.of(Path.of("blocking_calls.md")), Experiment.of(Path.of("README.md")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("experiments")
  void repeat(Experiment experiment, @TempDir Path directory) throws IOException {
    Watch.assume(experiment.skip() == null, experiment + ": " + experiment.skip());
    String commands = experiment.steps().stream().map(Experiment.Step::keys).collect(joining());
    TOOL.matcher(commands).results().map(MatchResult::group).forEach(Watch::assumeLinuxWith);
    try (Terminals terminals = new Terminals(directory, experiment.preparation())) {
      for (Experiment.Step step : experiment.steps()) {
        char name = step.terminal();
        Recording record = experiment.records().getOrDefault(name, Recording.NONE);
        terminals.await(name, record, record.isOnUntil(step.keys()));
        if (step.isCommand()) {
          terminals.awaitPrompt(name);
        }
        terminals.awaitRest();
        terminals.type(name, step.keys());
        if (step.keys().matches("(?s)(jstack|jcmd) .*")) {
          terminals.awaitPrompt(name); // They sleep too, until the JVM answers.
        }
      }
      experiment.records().forEach((name, record) -> terminals.await(name, record, record::isOn));
    }
  }
}
