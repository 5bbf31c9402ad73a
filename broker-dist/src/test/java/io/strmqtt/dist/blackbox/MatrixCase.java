package io.strmqtt.dist.blackbox;

import io.strmqtt.dist.blackbox.Opening.Cut;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to connect, and what must come of it by the words of the PROXY protocol's guide, not by
 * those of the code: who is believed, who comes without a header, who does not come at all.
 *
 * @param number makes addresses of its own for the case, as the log has one refusal a minute for
 *     each listener, client address and reason
 */
record MatrixCase(int number, String transport, String mode, String peer, String sent, Cut cut) {
  static final List<String> TRANSPORTS = List.of("tcp", "ssl", "ws", "wss");
  static final List<String> MODES = List.of("off", "required", "optional", "observe");
  private static final List<String> PEERS = List.of("trusted", "exempt", "untrusted");
  private static final List<String> SENT = List.of("v1", "v2", "LOCAL", "none");

  /** What {@link #refusal} says of a connection that passes. */
  static final String PASSES = "";

  static List<MatrixCase> all() {
    List<MatrixCase> cases = new ArrayList<>();
    for (String transport : TRANSPORTS) {
      for (String mode : MODES) {
        for (String peer : PEERS) {
          for (String sent : SENT) {
            for (Cut cut : Cut.values()) {
              cases.add(new MatrixCase(cases.size(), transport, mode, peer, sent, cut));
            }
          }
        }
      }
    }
    return cases;
  }

  /** The reason of the refusal, or {@link #PASSES}. */
  String refusal() {
    boolean header = !sent.equals("none");
    return switch (mode) {
      // It still looks at the first bytes, to say what went wrong.
      case "off" -> header ? "UNEXPECTED_HEADER" : PASSES;
      // Every connection must begin with a header; strangers are closed before a byte is read.
      case "required" ->
          switch (peer) {
            case "trusted" -> header ? PASSES : noHeader();
            case "exempt" -> header ? "UNEXPECTED_HEADER" : PASSES;
            default -> "UNTRUSTED_PEER";
          };
      // Trusted peers may send one; all others are ordinary clients, and not believed.
      default ->
          switch (peer) {
            case "trusted" -> PASSES;
            case "exempt" -> header ? "UNEXPECTED_HEADER" : PASSES;
            default -> header ? "UNTRUSTED_PEER" : PASSES;
          };
    };
  }

  private String noHeader() {
    return switch (transport) {
      case "tcp" -> "NO_HEADER_MQTT";
      case "ws" -> "NO_HEADER_HTTP";
      default -> "NO_HEADER_TLS";
    };
  }

  boolean passes() {
    return refusal().equals(PASSES);
  }

  /** Whether the header's address takes the place of the socket's: not that of LOCAL. */
  boolean announces() {
    return sent.startsWith("v");
  }

  /** Whether a warning must say that a header is missing: never of who is expected without one. */
  boolean warnsOfMissingHeader() {
    return mode.equals("observe") && sent.equals("none") && !peer.equals("exempt");
  }

  String listener() {
    return transport + "-" + mode;
  }

  String clientId() {
    return "matrix-" + number;
  }

  /** The socket's address. */
  String from() {
    int network = 1 + PEERS.indexOf(peer);
    return "127.0." + network + "." + (10 + number % (SENT.size() * Cut.values().length));
  }

  /** The address in the header. */
  String announced() {
    return "198.18." + number / 200 + "." + (1 + number % 200);
  }

  int announcedPort() {
    return 40_000 + number;
  }

  byte[] header() {
    return switch (sent) {
      case "none" -> new byte[0];
      case "LOCAL" -> ProxyHeaders.LOCAL;
      default -> ProxyHeaders.of(sent, announced(), announcedPort());
    };
  }

  @Override
  public String toString() {
    return listener() + ", " + peer + " peer, " + sent + ", " + cut;
  }
}
