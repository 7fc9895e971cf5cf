package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
  private static long millis(String text) {
    return new Seconds().convert(text).toMillis();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0, 0
          0.00, 0
          10, 10000
          0.25, 250
          .5, 500
          2., 2000
          0.000000000001, 1
          0.0014, 1
          0.0016, 2
          2147483.647, 2147483647
          """)
  void aTimeIsInSecondsWithDecimals(String text, long millis) {
    assertEquals(millis, millis(text));
  }

  @Test
  void nothingElseIsATime() {
    String texts = "| |-1|-0.001|-1e-9|NaN|Infinity|abc|1s|1,5|0x10|1 2|1e3|1d|+1|.|1.2.3|٣|";
    for (String text : (texts + "2147483.648|99999999999999999999").split("[|]")) {
      Exception e = assertThrows(TypeConversionException.class, () -> millis(text), text);
      assertEquals("'" + text + "' is not a number of seconds (0-2147483.647)", e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "00080", "65535"})
  void upToFiveDigitsAreAPort(String text) {
    assertEquals(Integer.parseInt(text), new Port().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a", "-1", "+70", "65536", "1.5", "000080", "80x", "0x50", "٧٠"})
  void nothingElseIsAPort(String text) {
    Exception e = assertThrows(TypeConversionException.class, () -> new Port().convert(text));
    assertEquals("'" + text + "' is not a port number (1-65535)", e.getMessage());
  }
}
