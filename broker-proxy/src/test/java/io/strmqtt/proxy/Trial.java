package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyVerdict.Header;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A stream that comes from a peer to a listener with a policy, to be cut in any way. */
record Trial(ProxyPolicy policy, InetAddress peer, byte[] stream) {

  /** All that is seen of a connection that the peer closes at the end. */
  record Seen(
      List<String> calls,
      Optional<Reason> reason,
      String detail,
      Optional<Header> header,
      String delivered) {}

  Seen whole() {
    return run(stream.length);
  }

  Seen byteByByte() {
    int[] ends = new int[stream.length];
    Arrays.setAll(ends, i -> i + 1);
    return run(ends);
  }

  /** In pieces of one to forty bytes, short ones more often. */
  Seen atRandom(Random random) {
    int[] ends = new int[stream.length];
    int pieces = 0;
    for (int at = 0; at < stream.length; pieces++) {
      at = Math.min(stream.length, at + 1 + random.nextInt(1 + random.nextInt(40)));
      ends[pieces] = at;
    }
    return run(Arrays.copyOf(ends, pieces));
  }

  /**
   * Sends the pieces that end at the offsets, closes, and insists that no buffer and no seat is
   * left.
   */
  Seen run(int... ends) {
    PendingBudget budget = PendingBudget.of(policy);
    Look look = new Look(policy, peer, budget);
    int at = 0;
    for (int end : ends) {
      look.send(stream, at, end);
      at = end;
    }
    look.peerCloses();
    look.end();
    assertThat(budget.pending()).isZero();
    return new Seen(
        List.copyOf(look.calls),
        look.reason,
        look.detail,
        look.header,
        HexFormat.of().formatHex(look.delivered()));
  }

  @Override
  public String toString() {
    return "mode=%s versions=%s crc32c=%s max=%d peer=%s stream=%s"
        .formatted(
            policy.mode(),
            policy.versions(),
            policy.crc32c(),
            policy.maxHeaderSize(),
            peer.getHostAddress(),
            HexFormat.of().formatHex(stream));
  }
}
