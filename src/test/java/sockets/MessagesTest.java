package sockets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessagesTest {
  private static final Duration GAP = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(5);

  /** A socket whose peer keeps to a script: silences take no time, and reads return its pieces. */
  private static final class ScriptedSocket extends Socket {
    final Queue<String> script = new ArrayDeque<>();
    private int timeout;

    @Override
    public void setSoTimeout(int millis) {
      timeout = millis;
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return new FilterInputStream(InputStream.nullInputStream()) {
        @Override
        public int read(byte[] buffer) throws IOException {
          String piece = script.isEmpty() ? "" : script.remove();
          if (piece.equals("!")) {
            throw new SocketException("Connection reset");
          } else if (piece.equals("-") && timeout > 0) {
            throw new SocketTimeoutException("Read timed out");
          } else if (piece.equals("-")) {
            return read(buffer);
          }
          return new ByteArrayInputStream(piece.getBytes(ISO_8859_1)).read(buffer);
        }
      };
    }
  }

  @AutoClose private final ScriptedSocket socket = new ScriptedSocket();

  /** The parts of a script arrive one by one: | is between two, - is a silence, ! a reset. */
  private Messages messages(String script, Duration gap, Duration idle) throws IOException {
    socket.script.addAll(List.of(script.split("[|]|(?=[!-])|(?<=-)")));
    return new Messages(new Connection(socket, socket, "peer"), gap, idle);
  }

  /** The messages that come of a script, each with the LF that must be written after it. */
  private List<String> copied(Duration gap, String script) throws IOException {
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
        "a line is a message; 'hello\n'; 'hello'",
        "CR LF ends a message too; 'hello\r|\nx\ra\n\377'; 'hello,x\ra,\377'",
        "a lone CR is data; 'a\rb\n'; 'a\rb'",
        "a lone CR is data; 'a\r\r\n'; 'a\r'",
        "a lone CR is data; 'a\r|\r|\r|\n'; 'a\r\r'",
        "an empty line is a message; '\n\r\na\n|\n'; ',,a,'",
        "several messages can come at once; 'a\nb\nc\n'; 'a,b,c'",
        "pieces of a line are one message; 'h|ello| |world|\n'; 'hello world'",
        "silence ends bare text; 'hello-you-'; 'hello,you'",
        "silence before a message ends nothing; '--a\n-b\n'; 'a,b'",
        "a line ending after a silence ends an empty message; 'a-\n|b\n'; 'a,,b'",
        "a line ending after a silence ends an empty message; 'a-\r\n-b\n'; 'a,,b'",
        "after a line ending silence ends nothing; 'a\nb-c\n'; 'a,bc'",
        "after a line ending silence ends nothing; 'a-b\nc--d\r\n-e-f'; 'a,b,cd,ef'",
        "the end of the stream ends a message; 'a\nb'; 'a,b'",
      })
  void aStreamIsCutIntoMessages(String what, String script, String messages) throws IOException {
    List<String> expected = new ArrayList<>();
    for (String message : messages.split(",", -1)) {
      expected.add(message + "\n");
    }
    assertEquals(expected, copied(GAP, script));
  }

  @Test
  void withoutAGapOnlyANewlineEndsAMessage() throws IOException {
    assertEquals(List.of("ab\n"), copied(Duration.ZERO, "a-b-\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, -, peer sent nothing for 5 s, ''", // there is no message for a gap to end
    "0, -, peer sent nothing for 5 s, ''",
    "0, half-, peer sent nothing more for 5 s, 'half\n'", // what came of it is a line of its own
    "1, bare--, peer sent nothing more for 5 s, 'bare\n'",
    "1, 'line\nhalf-', peer sent nothing more for 5 s, 'line\nhalf\n'",
    "0, half!, connection to peer lost: Connection reset, 'half\n'",
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
    assertEquals(written, to.toString(ISO_8859_1));
  }
}
