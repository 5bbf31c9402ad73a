package io.strmqtt.dist.cli.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * One connection as a proxy would make it: header, then TLS, then WebSocket, then MQTT, as far as
 * asked and as far as the far side lets it.
 */
final class Probe {
  /**
   * What to do.
   *
   * @param host what the far side is called, in TLS and in HTTP
   * @param header the bytes to begin with
   * @param path of the WebSocket
   * @param silent say nothing in MQTT, and see whether the connection stays: a health check
   */
  record Plan(
      String host,
      InetSocketAddress target,
      byte[] header,
      boolean tls,
      Optional<String> path,
      boolean silent,
      Duration timeout) {}

  private static final int MOST_HTTP = 8192;
  private static final int MOST_ODD = 256;

  /** RFC 8446 section 6: type 21, version, length 2, level, description. */
  private static final byte TLS_ALERT = 0x15;

  private static final int TLS_ALERT_LENGTH = 7;
  private static final byte[] DISCONNECT = {(byte) 0xe0, 0};

  private final Plan plan;
  private final Lines lines;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  /** Whether all has been said, and nothing is expected but that the connection stays. */
  private boolean atRest;

  /**
   * @param lines where each step says what it met
   */
  Probe(Plan plan, Lines lines, LongSupplier nanoTime, RandomGenerator random) {
    this.plan = plan;
    this.lines = lines;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** Connects, speaks, closes; takes at most twice the time given. */
  Outcome run() {
    try (Wire wire = Wire.connect(plan.target, plan.timeout, nanoTime)) {
      lines.add(
          "connected from",
          ClientEndpoint.text(new InetSocketAddress(wire.getLocalAddress(), wire.getLocalPort())));
      Outcome outcome = speak(wire);
      lines.add("received", received(wire, outcome));
      return outcome;
    } catch (IOException e) {
      return new Outcome.NotConnected(words(e));
    }
  }

  /** The bytes matter where they were not understood. */
  private static String received(Wire wire, Outcome outcome) {
    String count = wire.received() + " bytes";
    return wire.received() == 0 || outcome instanceof Outcome.Connack
        ? count
        : count + ": " + WireText.hex(wire.firstBytes());
  }

  private Outcome speak(Wire wire) {
    try {
      wire.getOutputStream().write(plan.header);
      return plan.tls ? overTls(wire) : converse(wire);
    } catch (IOException e) {
      return broken(wire, e);
    }
  }

  private Outcome broken(Wire wire, IOException e) {
    if (wire.timedOut()) {
      return atRest ? new Outcome.Kept() : new Outcome.Silence();
    }
    if (wire.reset() || wire.closedByPeer()) {
      return new Outcome.Closed(wire.reset());
    }
    return new Outcome.Unexpected(words(e));
  }

  /** The socket below belongs to the caller, who closes it. */
  private Outcome overTls(Wire wire) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            context().getSocketFactory().createSocket(wire, plan.host, plan.target.getPort(), true);
    try {
      secure.startHandshake();
    } catch (SSLException e) {
      // Closed or silent before a word of TLS: that is no matter of TLS.
      boolean spoke = wire.received() > 0 && !wire.timedOut();
      return spoke ? new Outcome.TlsFailed(words(e)) : broken(wire, e);
    }
    Presented.describe(secure.getSession(), lines);
    try {
      Outcome outcome = converse(secure);
      farewell(secure::shutdownOutput);
      return outcome;
    } catch (SSLException e) { // an alert after the handshake: TLS 1.3 refuses clients late
      return wire.timedOut() || wire.closedByPeer()
          ? broken(wire, e)
          : new Outcome.TlsFailed(words(e));
    }
  }

  private interface LastWords {
    void say() throws IOException;
  }

  /** Once the answer is known, it changes nothing whether anybody still listens. */
  private static void farewell(LastWords words) {
    try {
      words.say();
    } catch (IOException e) {
      // The far side was faster.
    }
  }

  private static SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new AnyCertificate()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Outcome converse(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    if (plan.path.isEmpty()) {
      return mqtt(in, packet -> out.write(packet));
    }
    String answer = upgrade(in, out, plan.path.get());
    String status = answer.lines().findFirst().orElse("");
    if (!status.startsWith("HTTP/1.1 101")) {
      return answer.startsWith("HTTP/")
          ? new Outcome.HttpAnswer(status)
          : answer.isEmpty() ? new Outcome.Closed(false) : strange(bytes(answer));
    }
    lines.add("websocket", WireText.of(status));
    return mqtt(WebSocketFrames.payload(in), packet -> WebSocketFrames.write(out, packet, random));
  }

  /** What came, to the empty line that ends the head of an answer, or to the end of the stream. */
  private String upgrade(InputStream in, OutputStream out, String path) throws IOException {
    byte[] key = new byte[16];
    random.nextBytes(key);
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + (plan.host.indexOf(':') >= 0 ? "[" + plan.host + "]" : plan.host)
            + ":"
            + plan.target.getPort()
            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
            + "\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: "
            + Base64.getEncoder().encodeToString(key)
            + "\r\n\r\n";
    out.write(bytes(request));
    StringBuilder answer = new StringBuilder();
    while (answer.length() < MOST_HTTP && answer.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      // No HTTP: what came so far tells what it is.
      if (b < 0 || answer.length() == 7 && !answer.toString().startsWith("HTTP/")) {
        break;
      }
      answer.append((char) b);
    }
    return answer.toString();
  }

  /** Sends a packet, framed as the transport wants it. */
  private interface Sender {
    void send(byte[] packet) throws IOException;
  }

  private Outcome mqtt(InputStream in, Sender sender) throws IOException {
    if (plan.silent) {
      return keptOpen(in);
    }
    String clientId = "st-rmqtt-probe-" + HexFormat.of().toHexDigits(random.nextInt());
    lines.add("mqtt", "CONNECT 3.1.1 as " + clientId);
    sender.send(connect(clientId));
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      while (answer.size() < 4) {
        int b = in.read();
        if (b < 0) {
          return answer.size() == 0 ? new Outcome.Closed(false) : strange(answer.toByteArray());
        }
        answer.write(b);
      }
    } catch (EOFException e) { // in the middle of a frame
      return new Outcome.Closed(false);
    }
    byte[] connack = answer.toByteArray();
    if (connack[0] != 0x20 || connack[1] != 2) { // MQTT-3.2.1
      return strange(rest(connack, in));
    }
    farewell(() -> sender.send(DISCONNECT));
    return new Outcome.Connack(connack[3] & 0xff);
  }

  /** Ends well by timing out. */
  private Outcome keptOpen(InputStream in) throws IOException {
    atRest = true;
    int b = in.read();
    return b < 0 ? new Outcome.Closed(false) : strange(rest(new byte[] {(byte) b}, in));
  }

  private static byte[] connect(String clientId) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(
        new Connect(
            MqttVersion.V3_1_1,
            clientId,
            true,
            60,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Properties.NONE),
        MqttVersion.V3_1_1,
        out);
    try {
      return ByteBufUtil.getBytes(out);
    } finally {
      out.release();
    }
  }

  /** An answer of another protocol, as far as it takes to name it. */
  private static byte[] rest(byte[] begin, InputStream in) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(begin);
    try {
      int b = 0;
      while (b >= 0 && b != '\n' && all.size() < MOST_ODD && isUnfinished(begin[0], all, in)) {
        b = in.read();
        if (b >= 0) {
          all.write(b);
        }
      }
    } catch (IOException e) {
      // What came so far has to do.
    }
    return all.toByteArray();
  }

  private static boolean isUnfinished(byte first, ByteArrayOutputStream all, InputStream in)
      throws IOException {
    return switch (first) {
      case 'H' -> true; // a status line, to its end
      case TLS_ALERT -> all.size() < TLS_ALERT_LENGTH;
      default -> in.available() > 0;
    };
  }

  /** An answer that was not asked for, by what it is. */
  private static Outcome strange(byte[] answer) {
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    if (text.startsWith("HTTP")) {
      return new Outcome.HttpAnswer(text.lines().findFirst().orElse(text));
    }
    if (answer.length >= TLS_ALERT_LENGTH && answer[0] == TLS_ALERT && answer[1] == 3) {
      return new Outcome.TlsAlert(answer[5] & 0xff, answer[6] & 0xff);
    }
    return new Outcome.Unexpected(WireText.of(answer));
  }

  private static byte[] bytes(String ascii) {
    return ascii.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String words(IOException e) {
    return WireText.of(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
  }
}
