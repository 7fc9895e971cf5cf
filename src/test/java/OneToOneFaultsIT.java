import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import testkit.Child;
import testkit.Peer;
import testkit.Watch;

/** OneToOne's server goes on, whatever its clients do. */
class OneToOneFaultsIT {
  @Test
  void aResetWhileItsUserIsTyping() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      Peer client = Peer.connect(port).send("hello\n");
      server.out.await("hello\n");
      client.reset();
      server.type("too late\n");
      server.err.await("connection to 127.0.0.1:" + client.socket.getLocalPort() + " lost: ");
      assertStillServes(server, port);
    }
  }

  @Test
  void aResetInMidMessage() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      Peer client = Peer.connect(port).send("half of");
      server.out.await("half of");
      client.reset();
      server.err.await(" lost: Connection reset");
      assertStillServes(server, port);
      assertFalse(server.err.text().contains("Exception"), server.err.text());
    }
  }

  @Test
  void aMessageCutByAResetIsALineOfItsOwn() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      Peer client = Peer.connect(port).send("half of");
      server.out.await("half of");
      client.reset();
      server.err.await(" lost: Connection reset");
      Peer.connect(port).send("next\n");
      server.out.await("next\n");
      assertEquals("half of\nnext\n", server.out.text());
    }
  }

  @Test
  void aClientThatLeavesWithoutAWord() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      Peer.connect(port).close();
      server.err.await(" closed the connection");
      assertStillServes(server, port);
    }
  }

  @Test
  void aMessageLargerThanTheHeap(@TempDir Path directory) throws Exception {
    Path output = directory.resolve("output");
    String script = "exec \"$@\" > '" + output + "'";
    List<String> smallHeap = List.of("-Xmx24m");
    try (Child server = Child.inShell(script, smallHeap, "OneToOne", "server", "0")) {
      int port = server.port();
      int megabytes = 60;
      byte[] piece = new byte[1 << 20];
      java.util.Arrays.fill(piece, (byte) 'x');
      try (Peer client = Peer.connect(port)) {
        for (int i = 0; i < megabytes; i++) {
          client.send(piece);
        }
        client.send("end\n");
        server.type("long\n");
        assertEquals("long\n", client.receiveLine());
      }
      long expected = ((long) megabytes << 20) + "end\n".length();
      assertEquals(expected, Files.size(output));
      try (Peer client = Peer.connect(port).send("next\n")) {
        server.type("answer\n");
        assertEquals("answer\n", client.receiveLine());
      }
      assertFalse(server.err.text().contains("heap"), server.err.text());
    }
  }

  @Test
  void aHundredClientsThatGoBeforeTheyAreAccepted() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      Peer first = Peer.connect(port).send("first, ");
      server.out.await("first, ");
      for (int i = 0; i < 100; i++) {
        Peer impatient = Peer.connect(port);
        if (i % 2 == 0) {
          impatient.reset();
        } else {
          impatient.close();
        }
      }
      first.send("done\n");
      server.out.await("first, done\n");
      server.type("goodbye\n");
      assertEquals("goodbye\n", first.receiveLine());
      first.close();
      assertStillServes(server, port);
      assertEquals("first, done\nstill there?\n", server.out.text());
      assertFalse(server.err.text().contains("Exception"), server.err.text());
    }
  }

  @Test
  void binaryJunkIsPassedOn() throws Exception {
    try (Child server = server()) {
      int port = server.port();
      ByteArrayOutputStream junk = new ByteArrayOutputStream();
      for (int b = 0; b < 256; b++) {
        junk.write(b == '\n' ? 0 : b);
      }
      byte[] random = new byte[100_000];
      new Random(1).nextBytes(random);
      for (byte b : random) {
        junk.write(b == '\n' ? 0 : b);
      }
      junk.write('x'); // not a CR, which would be part of the line ending
      junk.write('\n');
      try (Peer client = Peer.connect(port).send(junk.toByteArray())) {
        server.type("what?\n");
        assertEquals("what?\n", client.receiveLine());
      }
      // The answer is sent after the message has been written, but another thread captures that.
      Watch.until("all is captured", () -> server.out.bytes().length >= junk.size());
      assertArrayEquals(junk.toByteArray(), server.out.bytes());
      assertStillServes(server, port);
    }
  }

  @Test
  void itsOwnUserLeaving() throws Exception {
    try (Child server = server().endInput()) {
      int port = server.port();
      for (int i = 1; i <= 3; i++) {
        try (Peer client = Peer.connect(port).send(i + "\n")) {
          assertEquals("", client.receiveLine());
        }
      }
      server.out.await("1\n2\n3\n");
      assertTrue(server.isRunning());
    }
  }

  /** Messages end at their newlines only, however slow this machine is. */
  private static Child server() {
    return Child.of("OneToOne", "--message-gap=0", "server", "0");
  }

  private static void assertStillServes(Child server, int port) throws Exception {
    try (Peer client = Peer.connect(port).send("still there?\n")) {
      server.out.await("still there?\n");
      server.type("yes\n");
      assertEquals("yes\n", client.receiveLine());
    }
  }
}
