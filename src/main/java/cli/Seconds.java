package cli;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a length of time in seconds, with decimals; a positive one is never rounded to zero. */
final class Seconds implements ITypeConverter<Duration> {
  /** The longest time that a socket can be told to wait: 2^31 - 1 milliseconds. */
  private static final BigDecimal MOST = BigDecimal.valueOf(Integer.MAX_VALUE, 3);

  @Override
  public Duration convert(String text) {
    try {
      BigDecimal seconds = new BigDecimal(text);
      if (seconds.signum() >= 0 && seconds.compareTo(MOST) <= 0) {
        long millis = Math.round(seconds.doubleValue() * 1000);
        return Duration.ofMillis(Math.max(millis, seconds.signum()));
      }
    } catch (NumberFormatException e) {
      // Not a number: said below.
    }
    throw new TypeConversionException("'" + text + "' is not a number of seconds (0-2147483.647)");
  }
}
