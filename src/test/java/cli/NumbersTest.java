package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0", "0.00, 0", "10, 10000", "0.25, 250", ".5, 500",
    "2., 2000", "0.000000000001, 1", "0.0014, 1", "0.0016, 2", "2147483.647, 2147483647",
  })
  void aTimeIsInSecondsWithDecimals(String text, long millis) {
    assertEquals(millis, Numbers.seconds(text).toMillis());
  }

  @Test
  void upToFiveDigitsAreAPortAndAPositiveNumberIsACount() {
    for (String text : List.of("0", "1", "00080", "65535")) {
      assertEquals(Integer.parseInt(text), new Port().convert(text));
    }
    for (String text : List.of("1", "10", "007", "999999999")) {
      assertEquals(Integer.parseInt(text), Numbers.count(text));
    }
  }

  private static void assertRefused(ITypeConverter<?> converter, String texts, String what) {
    for (String text : ("| |-1|+1|abc|1.2.3|1 2|1d|0x10|٣|" + texts).split("[|]")) {
      Exception e =
          assertThrows(TypeConversionException.class, () -> converter.convert(text), text);
      assertEquals("'" + text + "' is not " + what, e.getMessage());
    }
  }

  @Test
  void nothingElseIsATimeOrAPortOrACount() {
    assertRefused(
        Numbers::seconds,
        "-0.001|-1e-9|NaN|Infinity|1s|1,5|1e3|.|2147483.648|99999999999999999999",
        "a number of seconds (0-2147483.647)");
    assertRefused(new Port(), "65536|1.5|000080", "a port number (1-65535)");
    assertRefused(Numbers::count, "0|00|1.5|1000000000", "a number from 1 to 999999999");
  }
}
