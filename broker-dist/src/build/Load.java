import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a broker does in its first busy seconds, for the JVM to learn from: subscribers of both
 * versions and all QoS, some with a session that is kept, and messages from 16 bytes to 40 kB.
 * {@code java Load.java PORT}; a source of its own, run while the image is built.
 */
public final class Load {
  private static final int SUBSCRIBERS = 30;
  private static final int ROUNDS = 200;
  private static final int[] SIZES = {16, 200, 20_000, 40_000};

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  private Load(int port, String clientId, int level, boolean clean) throws IOException {
    socket = new Socket("127.0.0.1", port);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, "MQTT");
    body.write(level);
    body.write(clean ? 2 : 0);
    body.write(0);
    body.write(60);
    if (level == 5) {
      body.write(0);
    }
    text(body, clientId);
    send(0x10, body);
  }

  public static void main(String[] arguments) throws Exception {
    Thread watchdog = new Thread(Load::giveUp);
    watchdog.setDaemon(true);
    watchdog.start();
    int port = Integer.parseInt(arguments[0]);
    List<Thread> readers = new ArrayList<>();
    List<Load> all = new ArrayList<>();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      Load subscriber = new Load(port, "subscriber" + i, 4 + i % 2, i % 3 != 0);
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.write(0);
      body.write(1);
      if (i % 2 == 1) {
        body.write(0);
      }
      text(body, "load/#");
      body.write(i % 3);
      subscriber.send(0x82, body);
      all.add(subscriber);
    }
    Load publisher = new Load(port, "publisher", 4, true);
    all.add(publisher);
    for (Load each : all) {
      Thread reader = new Thread(each::answer);
      reader.setDaemon(true);
      reader.start();
      readers.add(reader);
    }
    for (int round = 1; round <= ROUNDS; round++) {
      for (int size : SIZES) {
        publisher.publish(0, round, new byte[size]);
      }
      publisher.publish(1, round, new byte[20]);
      publisher.publish(2, ROUNDS + round, new byte[20]);
      Thread.sleep(10);
    }
    Thread.sleep(500);
    for (Load each : all) {
      each.socket.close();
    }
  }

  /** The build must not wait for a broker that does not answer. */
  private static void giveUp() {
    try {
      Thread.sleep(30_000);
    } catch (InterruptedException e) {
      return;
    }
    System.err.println("The broker did not take the load within 30 seconds.");
    Runtime.getRuntime().halt(1);
  }

  private void publish(int qos, int packetId, byte[] payload) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    text(body, "load/" + qos);
    if (qos > 0) {
      body.write(packetId >> 8);
      body.write(packetId);
    }
    body.write(payload);
    send(0x30 | qos << 1, body);
  }

  /** Reads until the end, and acknowledges. */
  private void answer() {
    try {
      while (true) {
        int first = in.readUnsignedByte();
        int length = 0;
        int next;
        int shift = 0;
        do {
          next = in.readUnsignedByte();
          length |= (next & 0x7F) << shift;
          shift += 7;
        } while (next >= 0x80);
        byte[] body = new byte[length];
        in.readFully(body);
        int qos = first >> 1 & 3;
        if (first >> 4 == 3 && qos > 0) {
          int at = 2 + ((body[0] & 0xFF) << 8 | body[1] & 0xFF);
          acknowledge(qos == 1 ? 0x40 : 0x50, body, at);
        } else if (first >> 4 == 5) {
          acknowledge(0x62, body, 0);
        } else if (first >> 4 == 6) {
          acknowledge(0x70, body, 0);
        }
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void acknowledge(int first, byte[] body, int at) throws IOException {
    ByteArrayOutputStream packetId = new ByteArrayOutputStream();
    packetId.write(body, at, 2);
    send(first, packetId);
  }

  private synchronized void send(int first, ByteArrayOutputStream body) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(first);
    int length = body.size();
    while (length > 0x7F) {
      packet.write(length & 0x7F | 0x80);
      length >>= 7;
    }
    packet.write(length);
    body.writeTo(packet);
    out.write(packet.toByteArray());
  }

  private static void text(ByteArrayOutputStream to, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    to.write(0);
    to.write(bytes.length);
    to.write(bytes, 0, bytes.length);
  }
}
