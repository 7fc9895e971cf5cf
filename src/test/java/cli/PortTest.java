package cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class PortTest {
  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "00080", "65535"})
  void upToFiveDigitsAreAPort(String text) {
    assertEquals(Integer.parseInt(text), new Port().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a", "-1", "+70", "65536", "1.5", "000080", "80x", "0x50", "٧٠"})
  void nothingElseIs(String text) {
    Exception e = assertThrows(TypeConversionException.class, () -> new Port().convert(text));
    assertEquals("'" + text + "' is not a port number (1-65535)", e.getMessage());
  }
}
