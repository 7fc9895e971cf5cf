package cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a port to connect to: 1 to 65535. */
public class Port implements ITypeConverter<Integer> {
  private final int lowest;

  /** For a port to connect to. */
  public Port() {
    this(1);
  }

  private Port(int lowest) {
    this.lowest = lowest;
  }

  @Override
  public Integer convert(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= lowest && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Not a number: said below.
    }
    throw new TypeConversionException("'" + text + "' is not a port number (" + lowest + "-65535)");
  }

  /** Reads a port to listen on: 0, by which the system chooses one, or 1 to 65535. */
  public static final class ToListen extends Port {
    /** For a port to listen on. */
    public ToListen() {
      super(0);
    }
  }
}
