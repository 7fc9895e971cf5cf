package cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a TCP port in ASCII digits: 1 to 65535, or 0 for one that the system chooses. */
public final class Port implements ITypeConverter<Integer> {
  Port() {}

  @Override
  public Integer convert(String text) {
    int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : -1;
    if (port < 0 || port > 65535) {
      throw new TypeConversionException(refusal(text));
    }
    return port;
  }

  static String refusal(String text) {
    return "'" + text + "' is not a port number (1-65535)";
  }
}
