package cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The smallest program: does with a console what a test wants. */
@Command(name = "Sample")
final class Sample implements Callable<Integer> {
  /** Its status when all is well: not 0, to see that it is passed on. */
  static final int DONE = 3;

  interface Body {
    void run(Console console) throws Exception;
  }

  @Mixin private final Console console = new Console();

  private final Body body;

  private Sample(Body body) {
    this.body = body;
  }

  static Callable<Integer> of(Body body) {
    return new Sample(body);
  }

  @Override
  public Integer call() throws Exception {
    body.run(console);
    return DONE;
  }
}
