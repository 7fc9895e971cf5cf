package cli;

import java.time.Duration;
import picocli.CommandLine.TypeConversionException;

/** Reads the numbers of a command line, in ASCII digits. */
final class Numbers {
  static int count(String text) {
    if (text.matches("0*[1-9][0-9]{0,8}")) {
      return Integer.parseInt(text);
    }
    throw new TypeConversionException("'" + text + "' is not a number from 1 to 999999999");
  }

  /** Seconds, with decimals; a positive time is never rounded to zero. */
  static Duration seconds(String text) {
    if (text.matches("[0-9]+[.]?[0-9]*|[.][0-9]+")) {
      // BigDecimal would take a starting program 10 ms (Java 25).
      double millis = Double.parseDouble(text) * 1000;
      if (millis <= Integer.MAX_VALUE) { // the longest timeout of a socket
        return Duration.ofMillis(millis > 0 ? Math.max(1, Math.round(millis)) : 0);
      }
    }
    throw new TypeConversionException("'" + text + "' is not a number of seconds (0-2147483.647)");
  }
}
