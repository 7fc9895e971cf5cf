package cli;

import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;

/** The smallest program: does with a console what a test wants. */
@Command(name = "Sample")
record Sample(Console console, Body body) implements Callable<Integer> {
  /** Its status when all is well: not 0, to see that it is passed on. */
  static final int DONE = 3;

  interface Body {
    void run(Console console) throws Exception;
  }

  static Function<Console, Callable<Integer>> of(Body body) {
    return console -> new Sample(console, body);
  }

  @Override
  public Integer call() throws Exception {
    body.run(console);
    return DONE;
  }
}
