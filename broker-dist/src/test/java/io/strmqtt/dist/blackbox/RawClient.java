package io.strmqtt.dist.blackbox;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client that sends what it is told, byte by byte if need be, and shows what comes back. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final MqttVersion version;
  private final MqttDecoder decoder;
  private final ByteBuf received = Unpooled.buffer();

  private RawClient(Socket socket, MqttVersion version) {
    this.socket = socket;
    this.version = version;
    this.decoder = MqttDecoder.forClient(version, 268_435_455);
  }

  static RawClient open(int port, MqttVersion version) {
    return open("127.0.0.1", port, version);
  }

  /** Connects to loopback from a loopback address, such as {@code 127.0.0.9}. */
  static RawClient open(String from, int port, MqttVersion version) {
    try {
      Socket socket = new Socket();
      socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
      socket.connect(
          new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), PATIENCE_MILLIS);
      return over(socket, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Speaks over a socket that is connected already, TLS for example. */
  static RawClient over(Socket socket, MqttVersion version) {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      return new RawClient(socket, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens, sends a plain CONNECT with clean start, and insists on being accepted. */
  static RawClient connected(int port, MqttVersion version, String clientId) {
    RawClient client = open(port, version);
    Connack connack = client.connect(clientId, true, Properties.NONE);
    if (connack.code().isError()) {
      throw new AssertionError(connack);
    }
    return client;
  }

  Connack connect(String clientId, boolean cleanStart, Properties properties) {
    send(
        new Connect(
            version,
            clientId,
            cleanStart,
            60,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            properties));
    return receive(Connack.class);
  }

  Socket socket() {
    return socket;
  }

  void send(MqttPacket packet) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(packet, version, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    send(bytes);
  }

  void sendHex(String hex) {
    send(HexFormat.of().parseHex(hex));
  }

  void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next packet; null if the broker has closed. Fails after ten seconds of silence. */
  @Nullable MqttPacket receive() {
    try {
      InputStream in = socket.getInputStream();
      byte[] chunk = new byte[65_536];
      while (true) {
        MqttPacket packet = decoder.decode(received);
        if (packet != null) {
          received.discardSomeReadBytes();
          return packet;
        }
        int n = in.read(chunk);
        if (n < 0) {
          return null;
        }
        received.writeBytes(chunk, 0, n);
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("nothing came", e);
    } catch (IOException e) {
      return null;
    }
  }

  /** The next packet, which must be of the type. */
  <P extends MqttPacket> P receive(Class<P> type) {
    MqttPacket packet = receive();
    if (!type.isInstance(packet)) {
      throw new AssertionError("expected " + type.getSimpleName() + ", got " + packet);
    }
    return type.cast(packet);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
