import static org.junit.jupiter.api.Assertions.assertEquals;
import static testkit.Capture.lines;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import testkit.Child;
import testkit.Peer;

/** Standard output that can't be written. */
class StandardStreamsIT {
  @ParameterizedTest
  @CsvSource({
    "exec \"$@\" >&-, Stream Closed",
    "exec \"$@\" > /dev/full, No space left on device",
    "exec 3> >(:); wait $!; exec \"$@\" >&3, Broken pipe"
  })
  void outputThatCannotBeWrittenIsAFailure(String script, String why) throws IOException {
    String error = ": cannot write to standard output: " + why;
    try (ServerSocket listening = Peer.listen();
        Child client =
            Child.inShell(script, List.of(), "DumbNet", "-q", "127.0.0.1", Peer.port(listening));
        Peer server = Peer.accept(listening)) {
      client.type("hello\n");
      server.receiveLine();
      server.send("an answer\n");
      assertEquals(1, client.exitStatus());
      assertEquals(lines("DumbNet" + error), client.err.text());
    }
    try (Child server = Child.inShell(script, List.of(), "OneToOne", "server", "0");
        Peer client = Peer.connect(server.port())) {
      client.send("a question\n");
      assertEquals(1, server.exitStatus());
      server.err.await(client.name() + " connected\nOneToOne" + error + "\n");
    }
    try (Child help = Child.inShell(script, List.of(), "EchoServer", "--help")) {
      assertEquals(1, help.exitStatus());
      assertEquals(lines("EchoServer" + error), help.err.text());
    }
  }
}
