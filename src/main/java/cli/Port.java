package cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a TCP port, one to five ASCII digits: 1 to 65535, or 0 for one that the system chooses. */
public final class Port implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.valueOf(text);
    }
    throw new TypeConversionException(refusal(text));
  }

  static String refusal(String text) {
    return "'" + text + "' is not a port number (1-65535)";
  }
}
