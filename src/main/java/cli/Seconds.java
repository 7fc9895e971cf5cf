package cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads seconds, with decimals; a positive time is never rounded to zero. */
final class Seconds implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
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
