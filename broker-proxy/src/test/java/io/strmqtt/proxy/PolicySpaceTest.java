package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.HeaderSource.Meant;
import io.strmqtt.proxy.Policies.Peer;
import io.strmqtt.proxy.ProxyPolicy.Crc32c;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.Trial.Seen;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every policy and every class of peer, over all vectors and generated headers. */
class PolicySpaceTest {
  private final Random seeded = new Random(20_260_428);
  private final HeaderSource source = new HeaderSource(seeded);

  static Stream<Arguments> modesAndPeers() {
    return Stream.of(Mode.values())
        .flatMap(mode -> Stream.of(Peer.values()).map(peer -> Arguments.of(mode, peer)));
  }

  @ParameterizedTest(name = "{0}, {1} peer")
  @MethodSource("modesAndPeers")
  void everyVectorEndsTheSameWayHoweverItIsCut(Mode mode, Peer peer) {
    ProxyPolicy policy = Policies.of(mode);
    for (Vector vector :
        Stream.concat(Vector.all().stream(), Vector.captured().stream()).toList()) {
      Trial trial = new Trial(policy, peer.address, vector.stream());
      Seen whole = trial.whole();
      for (int round = 0; round < 2; round++) {
        assertThat(trial.atRandom(seeded)).as("%s", vector).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1} peer")
  @MethodSource("modesAndPeers")
  void aValidHeaderIsReadRefusedOrNotLookedAtByThePolicyAlone(Mode mode, Peer peer) {
    for (ProxyPolicy policy : Policies.ALL) {
      if (policy.mode() != mode) {
        continue;
      }
      for (int round = 0; round < 4; round++) {
        Meant meant = source.header();
        byte[] payload = source.payload();
        Trial trial = new Trial(policy, peer.address, Bytes.join(meant.bytes(), payload));
        Seen seen = trial.atRandom(seeded);
        Optional<Reason> refusal = refusal(policy, peer, meant);
        assertThat(seen.reason()).as("%s", trial).isEqualTo(refusal);
        if (refusal.isPresent()) {
          assertThat(seen.calls()).as("%s", trial).containsExactly("rejected");
          assertThat(seen.delivered()).isEmpty();
          continue;
        }
        assertThat(seen.calls()).as("%s", trial).containsExactly("accepted");
        assertThat(seen.delivered()).as("%s", trial).isEqualTo(HexFormat.of().formatHex(payload));
        Header header = seen.header().orElseThrow();
        assertThat(header.version()).isEqualTo(meant.version());
        assertThat(header.kind()).isEqualTo(meant.kind());
        assertThat(header.source()).isEqualTo(meant.source());
        assertThat(header.destination()).isEqualTo(meant.destination());
        assertThat(header.length()).isEqualTo(meant.bytes().length);
      }
    }
  }

  /** What must come of a header without a flaw. */
  private static Optional<Reason> refusal(ProxyPolicy policy, Peer peer, Meant meant) {
    if (policy.mode() == Mode.OFF || peer == Peer.EXEMPT) {
      return Optional.of(Reason.UNEXPECTED_HEADER);
    }
    if (peer == Peer.UNTRUSTED) {
      return Optional.of(Reason.UNTRUSTED_PEER);
    }
    if (!policy.versions().contains(meant.version())) {
      return Optional.of(Reason.VERSION_NOT_ALLOWED);
    }
    boolean v2 = meant.bytes()[0] == '\r';
    if (v2 && meant.bytes().length - 16 > policy.maxHeaderSize()) {
      return Optional.of(Reason.TOO_LARGE);
    }
    return policy.crc32c() == Crc32c.REQUIRE && !meant.sealed()
        ? Optional.of(Reason.CRC_MISSING)
        : Optional.empty();
  }

  @ParameterizedTest(name = "{0}, {1} peer")
  @MethodSource("modesAndPeers")
  void whatIsNoHeaderPassesByteExactUnlessOneMustCome(Mode mode, Peer peer) {
    boolean refused = mode == Mode.REQUIRED && peer != Peer.EXEMPT;
    boolean missed = mode == Mode.OBSERVE && peer != Peer.EXEMPT;
    for (int round = 0; round < 40; round++) {
      byte[] payload = Bytes.join(source.payload(), new byte[] {'.', '.', '.'});
      Seen seen = new Trial(Policies.of(mode), peer.address, payload).atRandom(seeded);
      String bytes = HexFormat.of().formatHex(payload);
      if (refused) {
        assertThat(seen.calls()).as(bytes).containsExactly("rejected");
        assertThat(seen.delivered()).isEmpty();
      } else {
        assertThat(seen.calls())
            .as(bytes)
            .isEqualTo(missed ? List.of("missing", "accepted") : List.of("accepted"));
        assertThat(seen.header()).isEmpty();
        assertThat(seen.delivered()).isEqualTo(bytes);
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1} peer")
  @MethodSource("modesAndPeers")
  void whoIsRefusedAtOnceIsWhoTheHandlerRefusesUnread(Mode mode, Peer peer) {
    ProxyPolicy policy = Policies.of(mode);
    PendingBudget free = PendingBudget.of(policy);
    PendingBudget full = PendingBudget.of(policy); // for one connection at a time
    assertThat(full.enter(Peer.TRUSTED.address)).isNotNull();
    for (PendingBudget budget : List.of(free, full)) {
      Optional<Reason> atOnce = ProxyHandler.refusesAtOnce(policy, budget, peer.address);
      int pending = budget.pending();
      Look look = new Look(policy, peer.address, budget);
      assertThat(look.reason).isEqualTo(atOnce);
      look.end();
      assertThat(budget.pending()).isEqualTo(pending);
    }
  }

  @Test
  void theFirstVerdictOverAnyPrefixIsFinalByEveryPolicy() {
    for (ProxyPolicy policy : Policies.ALL) {
      for (int round = 0; round < 12; round++) {
        byte[] stream = Bytes.join(source.mutated(), source.payload());
        ProxyVerdict decided = NeedMore.INSTANCE;
        for (int length = 1; length <= stream.length; length++) {
          ProxyVerdict verdict =
              ProxyParser.parse(Unpooled.wrappedBuffer(stream, 0, length), policy);
          if (decided != NeedMore.INSTANCE) {
            assertThat(verdict)
                .as("%s at %d", new Trial(policy, Peer.TRUSTED.address, stream), length)
                .isEqualTo(decided);
          }
          decided = verdict;
        }
      }
    }
  }
}
