package io.strmqtt.dist.cli.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import javax.net.ServerSocketFactory;

/** A server for one connection, on a loopback port of its own. */
final class FarSide implements AutoCloseable {
  /** What it does with the connection; what it returns is kept. */
  interface Manners {
    byte[] meet(Socket socket) throws IOException;
  }

  private final ServerSocket server;
  private final CompletableFuture<byte[]> seen = new CompletableFuture<>();

  private FarSide(ServerSocket server, Manners manners) {
    this.server = server;
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                seen.complete(manners.meet(socket));
              } catch (IOException e) {
                seen.completeExceptionally(e);
              }
            });
  }

  static FarSide with(Manners manners) {
    return with(ServerSocketFactory.getDefault(), manners);
  }

  static FarSide with(ServerSocketFactory sockets, Manners manners) {
    try {
      return new FarSide(
          sockets.createServerSocket(0, 1, InetAddress.getLoopbackAddress()), manners);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a header of so many bytes and a CONNECT, answers, and reads to the end. */
  static Manners answering(int headerLength, String answerHex) {
    return socket -> {
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(in.readNBytes(headerLength));
      all.writeBytes(packet(in));
      OutputStream out = socket.getOutputStream();
      out.write(HexFormat.of().parseHex(answerHex));
      all.writeBytes(in.readAllBytes());
      return all.toByteArray();
    };
  }

  /** A packet of less than 128 bytes. */
  static byte[] packet(InputStream in) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    packet.write(in.read());
    int length = in.read();
    packet.write(length);
    packet.writeBytes(in.readNBytes(length));
    return packet.toByteArray();
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** What the connection's manners returned. */
  byte[] seen() {
    return seen.orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
