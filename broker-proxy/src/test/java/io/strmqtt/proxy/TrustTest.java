package io.strmqtt.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.api.ProxyHeader.Version;
import io.strmqtt.api.Reason;
import io.strmqtt.proxy.ProxyPolicy.Crc32c;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.proxy.ProxyPolicy.TlsIdentity;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is believed, who may come without a header, and who may not come at all. */
class TrustTest {
  private static final InetAddress TRUSTED = InetAddress.ofLiteral("10.0.0.5");
  private static final InetAddress EXEMPT = InetAddress.ofLiteral("10.0.9.9");
  private static final InetAddress STRANGER = InetAddress.ofLiteral("203.0.113.66");
  private static final byte[] HEADER = Vector.named("v2-tcp4").bytes();
  private static final byte[] V1 = Vector.named("v1-tcp4").bytes();

  private static ProxyPolicy policy(Mode mode) {
    return policy(mode, Set.of(Version.V1, Version.V2), Crc32c.VERIFY, 1024);
  }

  private static ProxyPolicy policy(
      Mode mode, Set<Version> versions, Crc32c crc, int pendingPerPeer) {
    return new ProxyPolicy(
        mode,
        CidrSet.of(List.of("10.0.0.0/16")),
        CidrSet.of(List.of("10.0.9.0/24")),
        versions,
        Duration.ofSeconds(5),
        4096,
        20_000,
        pendingPerPeer,
        crc,
        TlsIdentity.NONE);
  }

  private static Look look(ProxyPolicy policy, InetAddress peer) {
    return new Look(policy, peer, PendingBudget.of(policy));
  }

  private static InetAddress peer(String name) {
    return switch (name) {
      case "trusted" -> TRUSTED;
      case "exempt" -> EXEMPT;
      default -> STRANGER;
    };
  }

  @ParameterizedTest(name = "{0}, {1} peer, {2}: {3}")
  @CsvSource({
    // mode, peer, what it sends, what comes of it
    "OFF, trusted, v1, UNEXPECTED_HEADER",
    "OFF, trusted, v2, UNEXPECTED_HEADER",
    "OFF, trusted, none, accepted",
    "OFF, untrusted, v2, UNEXPECTED_HEADER",
    "OFF, untrusted, none, accepted",
    "OFF, exempt, v2, UNEXPECTED_HEADER",
    "OFF, exempt, none, accepted",
    "REQUIRED, trusted, v1, accepted",
    "REQUIRED, trusted, v2, accepted",
    "REQUIRED, trusted, none, NO_HEADER_MQTT",
    "REQUIRED, untrusted, v1, UNTRUSTED_PEER",
    "REQUIRED, untrusted, v2, UNTRUSTED_PEER",
    "REQUIRED, untrusted, none, UNTRUSTED_PEER",
    "REQUIRED, exempt, v1, UNEXPECTED_HEADER",
    "REQUIRED, exempt, v2, UNEXPECTED_HEADER",
    "REQUIRED, exempt, none, accepted",
    "OPTIONAL, trusted, v1, accepted",
    "OPTIONAL, trusted, v2, accepted",
    "OPTIONAL, trusted, none, accepted",
    "OPTIONAL, untrusted, v1, UNTRUSTED_PEER",
    "OPTIONAL, untrusted, v2, UNTRUSTED_PEER",
    "OPTIONAL, untrusted, none, accepted",
    "OPTIONAL, exempt, v1, UNEXPECTED_HEADER",
    "OPTIONAL, exempt, none, accepted",
    "OBSERVE, trusted, v1, accepted",
    "OBSERVE, trusted, v2, accepted",
    "OBSERVE, trusted, none, missing accepted",
    "OBSERVE, untrusted, v2, UNTRUSTED_PEER",
    "OBSERVE, untrusted, none, missing accepted",
    "OBSERVE, exempt, v2, UNEXPECTED_HEADER",
    "OBSERVE, exempt, none, accepted",
  })
  void theClassOfThePeerDecides(Mode mode, String peer, String sent, String outcome) {
    byte[] header =
        switch (sent) {
          case "v1" -> V1;
          case "v2" -> HEADER;
          default -> new byte[0];
        };
    byte[] stream = Bytes.join(header, Vector.CONNECT);
    for (boolean slowly : new boolean[] {false, true}) {
      Look look = look(policy(mode), peer(peer));
      for (int i = 0; i < stream.length; i += slowly ? 1 : stream.length) {
        look.send(stream, i, slowly ? i + 1 : stream.length);
      }
      if (outcome.endsWith("accepted")) {
        assertThat(look.calls).isEqualTo(List.of(outcome.split(" ")));
        assertThat(look.header.isPresent()).isEqualTo(header.length > 0);
        assertThat(look.delivered()).isEqualTo(Vector.CONNECT);
        assertThat(look.handlerLeft()).isTrue();
      } else {
        assertThat(look.calls).containsExactly("rejected");
        assertThat(look.reason).contains(Reason.valueOf(outcome));
        assertThat(look.delivered()).isEmpty();
      }
      look.end();
    }
  }

  @Test
  void aStrangerIsRefusedBeforeItSendsAByteWhereAHeaderMustCome() {
    Look look = look(policy(Mode.REQUIRED), STRANGER);
    assertThat(look.reason).contains(Reason.UNTRUSTED_PEER);
    assertThat(look.firstBytes).isEmpty();
    assertThat(look.hint)
        .contains("listener.tcp.proxy.trusted_proxies")
        .contains("listener.tcp.proxy.exempt");
    look.end();
  }

  @Test
  void withoutAListEverybodyIsBelievedWhereAHeaderMustCome() {
    Look look = new Look(Look.ENABLED, STRANGER, PendingBudget.of(Look.ENABLED));
    look.send(HEADER);
    assertThat(look.calls).containsExactly("accepted");
    look.end();
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"OPTIONAL", "OBSERVE"})
  void aSilentClientIsLeftToTheNextDeadlineWhereTheHeaderMayBeLeftOut(Mode mode) {
    for (InetAddress peer : List.of(TRUSTED, EXEMPT, STRANGER)) {
      Look look = look(policy(mode), peer);
      pass(look, TimeUnit.HOURS.toMillis(1));
      assertThat(look.calls).isEmpty();
      look.send(Vector.CONNECT);
      assertThat(look.delivered()).isEqualTo(Vector.CONNECT);
      look.end();
    }
  }

  @Test
  void aHeaderThatHasBegunIsDueEvenWhereItMayBeLeftOut() {
    Look look = look(policy(Mode.OPTIONAL), TRUSTED);
    pass(look, 60_000);
    look.send(HEADER, 0, 3);
    pass(look, 4_999);
    look.send(HEADER, 3, 20);
    assertThat(look.calls).isEmpty();
    pass(look, 1);
    assertThat(look.reason).contains(Reason.TIMEOUT);
    look.end();
  }

  @Test
  void whatOnlyBeginsLikeAHeaderIsTheNextHandlersAtTheFirstByteThatDiffers() {
    for (String text : new String[] {"POST /", "PROXYX", "\r\n\r\nGET", "\r\n\r\n\0\r\nQUIX"}) {
      byte[] payload = text.getBytes(US_ASCII);
      Look look = look(policy(Mode.OPTIONAL), TRUSTED);
      for (byte b : payload) {
        look.send(b);
      }
      assertThat(look.calls).containsExactly("accepted");
      assertThat(look.delivered()).isEqualTo(payload);
      pass(look, TimeUnit.HOURS.toMillis(1));
      assertThat(look.calls).containsExactly("accepted");
      look.end();
    }
  }

  @Test
  void aMalformedHeaderIsRefusedWhereItMayBeLeftOut() {
    Look look = look(policy(Mode.OPTIONAL), TRUSTED).send("PROXY UDP4 ".getBytes(US_ASCII));
    assertThat(look.reason).contains(Reason.BAD_V1);
    look.end();
  }

  @Test
  void aSecondHeaderIsNamedWhereItMayBeLeftOut() {
    Look look = look(policy(Mode.OPTIONAL), TRUSTED).send(Bytes.join(HEADER, V1));
    assertThat(look.calls).containsExactly("accepted", "rejected");
    assertThat(look.reason).contains(Reason.DUPLICATE_HEADER);
    look.end();
  }

  @Test
  void aHeaderFromAnExemptPeerIsToldApartFromOneWhereNoneIsRead() {
    Look look = look(policy(Mode.REQUIRED), EXEMPT).send(HEADER);
    assertThat(look.hint).contains("listener.tcp.proxy.exempt").doesNotContain("proxy_enabled");
    look.end();
    Look off = look(policy(Mode.OFF), EXEMPT).send(HEADER);
    assertThat(off.hint).contains("listener.tcp.proxy_enabled = true");
    off.end();
  }

  @Test
  void aVersionThatIsNotAcceptedIsRefusedWithItsSignature() {
    ProxyPolicy onlyV2 = policy(Mode.REQUIRED, Set.of(Version.V2), Crc32c.VERIFY, 9);
    Look look = look(onlyV2, TRUSTED).send(V1, 0, 5);
    assertThat(look.calls).isEmpty();
    look.send(V1, 5, 6);
    assertThat(look.reason).contains(Reason.VERSION_NOT_ALLOWED);
    look.end();

    ProxyPolicy onlyV1 = policy(Mode.REQUIRED, Set.of(Version.V1), Crc32c.VERIFY, 9);
    look = look(onlyV1, TRUSTED).send(HEADER, 0, 11);
    assertThat(look.calls).isEmpty();
    look.send(HEADER, 11, 12);
    assertThat(look.reason).contains(Reason.VERSION_NOT_ALLOWED);
    look.end();
  }

  @Test
  void theChecksumIsVerifiedRequiredOrIgnored() {
    byte[] right = Bytes.sealed(Bytes.tcp4(Bytes.tlv(3, new byte[4])));
    byte[] wrong = right.clone();
    wrong[wrong.length - 1] ^= 1;
    byte[] absent = Bytes.tcp4();
    byte[] local = Vector.named("v2-local").bytes();
    assertThat(verdict(Crc32c.VERIFY, right)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.VERIFY, wrong)).isEqualTo("CRC_MISMATCH");
    assertThat(verdict(Crc32c.VERIFY, absent)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.REQUIRE, right)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.REQUIRE, wrong)).isEqualTo("CRC_MISMATCH");
    assertThat(verdict(Crc32c.REQUIRE, absent)).isEqualTo("CRC_MISSING");
    assertThat(verdict(Crc32c.REQUIRE, V1)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.REQUIRE, local)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.IGNORE, wrong)).isEqualTo("accepted");
    assertThat(verdict(Crc32c.IGNORE, Bytes.tcp4(Bytes.tlv(3, new byte[3])))).isEqualTo("BAD_TLV");
  }

  private static String verdict(Crc32c crc, byte[] header) {
    Look look = look(policy(Mode.REQUIRED, Set.of(Version.V1, Version.V2), crc, 9), TRUSTED);
    look.send(header);
    look.end();
    return look.reason.map(Enum::name).orElse(look.calls.getFirst());
  }

  @Test
  void theBudgetIsGivenBackExactlyOnceHoweverAConnectionGoesOn() {
    ProxyPolicy policy = policy(Mode.REQUIRED, Set.of(Version.V1, Version.V2), Crc32c.VERIFY, 1);
    PendingBudget budget = PendingBudget.of(policy);
    Look waiting = new Look(policy, TRUSTED, budget);
    assertThat(budget.pending()).isEqualTo(1);
    Look tooMany = new Look(policy, TRUSTED, budget);
    assertThat(tooMany.reason).contains(Reason.BUDGET);
    tooMany.end();
    assertThat(budget.pending()).isEqualTo(1);
    waiting.send(HEADER);
    assertThat(budget.pending()).isZero();
    waiting.send(Vector.CONNECT);
    waiting.end();
    assertThat(budget.pending()).isZero();

    Look refused = new Look(policy, TRUSTED, budget).send((byte) 0x10);
    assertThat(budget.pending()).isZero();
    refused.end();
    Look late = new Look(policy, TRUSTED, budget);
    pass(late, 5_000);
    assertThat(late.reason).contains(Reason.TIMEOUT);
    assertThat(budget.pending()).isZero();
    late.end();
    Look probe = new Look(policy, TRUSTED, budget).peerCloses();
    assertThat(probe.calls).containsExactly("probe");
    Look cut = new Look(policy, TRUSTED, budget).send(HEADER, 0, 9).peerCloses();
    assertThat(cut.reason).contains(Reason.TRUNCATED);
    assertThat(budget.pending()).isZero();
  }

  @Test
  void onlyThoseWhoMaySendAHeaderCountAsWaiting() {
    ProxyPolicy optional = policy(Mode.OPTIONAL);
    PendingBudget budget = PendingBudget.of(optional);
    Look stranger = new Look(optional, STRANGER, budget);
    Look exempt = new Look(optional, EXEMPT, budget);
    assertThat(budget.pending()).isZero();
    Look trusted = new Look(optional, TRUSTED, budget);
    assertThat(budget.pending()).isEqualTo(1);
    trusted.send(Vector.CONNECT);
    assertThat(budget.pending()).isZero();
    List.of(stranger, exempt, trusted).forEach(Look::end);
    assertThat(budget.pending()).isZero();
  }

  private static void pass(Look look, long millis) {
    look.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    look.channel.runScheduledPendingTasks();
  }
}
