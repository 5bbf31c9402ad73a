package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * Where and how clients enter: a port, a broker's own or a proxy's, and what is spoken there.
 *
 * @param transport {@code tcp}, {@code ssl}, {@code ws} or {@code wss}
 */
record Door(String transport, int port) {
  private static final int PATIENCE_MILLIS = 10_000;

  /** A client from a loopback address of its own; MQTT is next. */
  RawClient enter(String from, MqttVersion version, SSLContext tls) {
    return RawClient.over(socket(from, new byte[0], tls), version);
  }

  /**
   * A client that sends a PROXY header, or whatever else, before all that the transport has to say.
   *
   * @param lines further lines of the HTTP request
   */
  RawClient enter(
      String from, byte[] header, MqttVersion version, SSLContext tls, String... lines) {
    return RawClient.over(socket(from, header, tls, lines), version);
  }

  private Socket socket(String from, byte[] header, SSLContext tls, String... lines) {
    try {
      Socket socket = connect(from);
      socket.getOutputStream().write(header);
      return dressed(socket, tls, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client over a connection that is open already; MQTT is next. */
  RawClient enter(Socket connection, MqttVersion version, SSLContext tls) throws IOException {
    return RawClient.over(dressed(connection, tls), version);
  }

  /** With all that lies below MQTT. */
  private Socket dressed(Socket connection, SSLContext tls, String... lines) throws IOException {
    Socket socket = connection;
    if (usesTls()) {
      SSLSocket secure =
          (SSLSocket) tls.getSocketFactory().createSocket(socket, "localhost", port, true);
      secure.startHandshake();
      socket = secure;
    }
    return transport.startsWith("ws") ? RawWebSocket.over(socket, lines) : socket;
  }

  /** The bare connection, without TLS and without WebSocket. */
  Socket connect(String from) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
    String to = from.indexOf(':') >= 0 ? "::1" : "127.0.0.1";
    socket.connect(new InetSocketAddress(InetAddress.getByName(to), port), PATIENCE_MILLIS);
    return socket;
  }

  boolean usesTls() {
    return transport.equals("ssl") || transport.equals("wss");
  }

  /** What a client that has entered negotiated. */
  static Optional<SSLSession> tlsSession(RawClient client) {
    Socket socket = client.socket() instanceof RawWebSocket ws ? ws.socket() : client.socket();
    return socket instanceof SSLSocket secure ? Optional.of(secure.getSession()) : Optional.empty();
  }
}
