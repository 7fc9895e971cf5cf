package cli;

import picocli.CommandLine.TypeConversionException;

/** A TCP port: 1 to 65535, or 0 for one that the system chooses. */
public record Port(int number) {
  /** Reads one to five ASCII digits. */
  static Port of(String text) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return new Port(Integer.parseInt(text));
    }
    throw new TypeConversionException(refusal(text));
  }

  static String refusal(String text) {
    return "'" + text + "' is not a port number (1-65535)";
  }

  /** Without it, the record's own would take a starting program 20 ms. */
  @Override
  public String toString() {
    return "" + number;
  }
}
