package sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesTest {
  private static final Duration GAP = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(5);

  /**
   * What arrives, in symbols: N stands for LF, R for CR, | is between pieces that arrive one by
   * one, - is a silence, and ! a reset.
   */
  private static Messages messages(String script, Duration gap, Duration idle) throws IOException {
    List<byte[]> pieces = new ArrayList<>();
    for (String piece : script.split("[|]|(?=[!-])|(?<=-)")) {
      if (piece.equals("-")) {
        pieces.add(ScriptedSocket.SILENCE);
      } else if (piece.equals("!")) {
        pieces.add(ScriptedSocket.RESET);
      } else if (!piece.isEmpty()) {
        pieces.add(text(piece).getBytes(ISO_8859_1));
      }
    }
    return new Messages(new ScriptedSocket(pieces).connection(), gap, idle);
  }

  private static String text(String symbols) {
    return symbols.replace('N', '\n').replace('R', '\r');
  }

  /** The messages that come of a script, each with the LF that must be written after it. */
  private static List<String> copied(Duration gap, String script) throws IOException {
    Messages messages = messages(script, gap, Duration.ZERO);
    List<String> result = new ArrayList<>();
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    while (messages.copyNext(to)) {
      result.add(to.toString(ISO_8859_1));
      to.reset();
    }
    assertEquals("", to.toString(ISO_8859_1), "nothing is written when there is no message");
    return result;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "a line is a message;helloN;hello",
        "CR LF ends a message too;helloRN;hello",
        "CR LF ends a message too;helloR|NxRaN\u00ff;hello,xRa,\u00ff",
        "a lone CR is data;aRbN;aRb",
        "a lone CR is data;aR|bN;aRb",
        "a lone CR is data;aRRN;aR",
        "a lone CR is data;aR|R|R|N;aRR",
        "an empty line is a message;NRNaN|N;,,a,",
        "several messages can come at once;aNbNcN;a,b,c",
        "pieces of a line are one message;h|ello| |world|N;hello world",
        "silence ends bare text;hello-you-;hello,you",
        "silence ends the rest of a segment;aNb-c;a,b,c",
        "silence before a message ends nothing;--aN-bN;a,b",
        "a line ending after the silence is none;a-N|bN;a,b",
        "a line ending after the silence is none;a-RNbN;a,b",
        "a line ending after the silence is none;a-R|NbN;a,b",
        "a line ending after the silence is none;aR-NbN;a,b",
        "a line ending after the silence is none;a-N-bN;a,b",
        "a line ending after the silence is none;a-N;a",
        "only one line ending is late;a-NNbN;a,,b",
        "only one line ending is late;a-bNN;a,b,",
        "a CR before a late line ending is data;a-RRN|bN;a,R,b",
        "a CR before a late line ending is data;a-R|RN|bN;a,R,b",
        "the end of the stream ends a message;aNb;a,b",
      })
  void aStreamIsCutIntoMessages(String what, String script, String messages) throws IOException {
    List<String> expected = new ArrayList<>();
    for (String message : messages.split(",", -1)) {
      expected.add(text(message) + "\n");
    }
    assertEquals(expected, copied(GAP, script));
  }

  @Test
  void withoutAGapOnlyANewlineEndsAMessage() throws IOException {
    assertEquals(List.of("ab\n"), copied(Duration.ZERO, "a-b-N"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, -, peer sent nothing for 5 s, ''", // there is no message for a gap to end
    "0, -, peer sent nothing for 5 s, ''",
    "0, half-, peer sent nothing more for 5 s, halfN", // what came of it is a line of its own
    "1, bare--, peer sent nothing more for 5 s, bareN",
    "1, bare-N-, peer sent nothing more for 5 s, bareN", // the late line ending is no message
    "0, half!, connection to peer lost: Connection reset, halfN",
    "0, !, connection to peer lost: Connection reset, ''",
  })
  void aPeerThatIsSilentForTooLongOrResetsIsGivenUp(
      int gap, String script, String failure, String written) throws IOException {
    Messages messages = messages(script, Duration.ofSeconds(gap), IDLE);
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    IOException e =
        assertThrows(
            IOException.class,
            () -> {
              while (messages.copyNext(to)) {}
            });
    assertEquals(failure, e.getMessage());
    assertEquals(text(written), to.toString(ISO_8859_1));
  }
}
