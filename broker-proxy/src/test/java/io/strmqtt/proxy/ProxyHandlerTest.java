package io.strmqtt.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.strmqtt.api.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProxyHandlerTest {
  private static final byte[] HEADER = Vector.named("v2-tcp4").bytes();
  private static final byte[] V1 = Vector.named("v1-tcp4").bytes();

  @Test
  void silenceOnAnEnabledListenerEndsWithATimeout() {
    Look look = new Look(Look.ENABLED);
    look.channel.advanceTimeBy(4_999, TimeUnit.MILLISECONDS);
    look.channel.runScheduledPendingTasks();
    assertThat(look.calls).isEmpty();
    look.channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    look.channel.runScheduledPendingTasks();
    assertThat(look.calls).containsExactly("rejected");
    assertThat(look.reason).contains(Reason.TIMEOUT);
    assertThat(look.firstBytes).isEmpty();
    look.end();
  }

  @Test
  void theDeadlineIsForTheWholeHeaderAndBytesDoNotExtendIt() {
    Look look = new Look(Look.ENABLED);
    for (int i = 0; i < 5; i++) {
      look.send(HEADER[i]);
      look.channel.advanceTimeBy(1, TimeUnit.SECONDS);
      look.channel.runScheduledPendingTasks();
    }
    assertThat(look.reason).contains(Reason.TIMEOUT);
    assertThat(look.firstBytes).isEqualTo(Arrays.copyOf(HEADER, 5));
    assertThat(look.detail).contains("5 bytes").contains("5000 ms");
    look.end();
  }

  @Test
  void aCompleteHeaderStopsTheDeadlineEvenIfNothingFollows() {
    Look look = Look.of(Look.ENABLED, HEADER);
    look.channel.advanceTimeBy(1, TimeUnit.HOURS);
    look.channel.runScheduledPendingTasks();
    assertThat(look.calls).containsExactly("accepted");
    assertThat(look.channel.hasPendingTasks()).isFalse();
    look.end();
  }

  @Test
  void aDisabledListenerSetsNoDeadline() {
    Look look = new Look(Look.DISABLED);
    look.channel.advanceTimeBy(1, TimeUnit.HOURS);
    look.channel.runScheduledPendingTasks();
    assertThat(look.calls).isEmpty();
    look.send(Vector.CONNECT);
    assertThat(look.delivered()).isEqualTo(Vector.CONNECT);
    look.end();
  }

  @Test
  void aPeerThatClosesWithoutAByteIsAProbeOnEitherKindOfListener() {
    for (ProxyPolicy policy : new ProxyPolicy[] {Look.ENABLED, Look.DISABLED}) {
      Look look = new Look(policy).peerCloses();
      assertThat(look.calls).containsExactly("probe");
      look.end();
    }
  }

  @Test
  void closingAnywhereInsideAHeaderIsTruncated() {
    for (byte[] header : new byte[][] {HEADER, V1}) {
      for (int length = 1; length < header.length; length++) {
        Look look = Look.of(Look.ENABLED, Arrays.copyOf(header, length)).peerCloses();
        assertThat(look.calls).containsExactly("rejected");
        assertThat(look.reason).contains(Reason.TRUNCATED);
        assertThat(look.detail).contains(length + " bytes");
        look.end();
      }
    }
  }

  @Test
  void closingOnADisabledListenerAfterBytesThatOnlyBeginAHeaderIsTruncated() {
    Look look = new Look(Look.DISABLED).send((byte) 'P').peerCloses();
    assertThat(look.calls).containsExactly("rejected");
    assertThat(look.reason).contains(Reason.TRUNCATED);
    look.end();
  }

  @Test
  void closingAfterTheHeaderIsLeftToTheTransport() {
    Look look = Look.of(Look.ENABLED, V1).peerCloses();
    assertThat(look.calls).containsExactly("accepted");
    look.end();
  }

  @Test
  void aResetInTheMiddleOfAHeaderIsTruncatedAndNoException() {
    Look look = Look.of(Look.ENABLED, Arrays.copyOf(V1, 9));
    look.channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    look.channel.checkException();
    assertThat(look.reason).contains(Reason.TRUNCATED);
    look.end();
  }

  @Test
  void bytesBehindTheHeaderThatOnlyBeginLikeOneAreDelivered() {
    for (String text :
        new String[] {"P", "PROXY", "PROXYX", "\r\n\r\n", "\r\n\r\n\0\r\nQUIT", "X"}) {
      byte[] payload = text.getBytes(US_ASCII);
      Look look = Look.of(Look.ENABLED, HEADER);
      for (byte b : payload) {
        look.send(b);
      }
      look.peerCloses();
      assertThat(look.calls).containsExactly("accepted");
      assertThat(look.delivered()).isEqualTo(payload);
      look.end();
    }
  }

  @Test
  void theFirstByteThatDiffersFromAHeaderIsPassedOnAtOnce() {
    Look look = Look.of(Look.ENABLED, HEADER).send((byte) 0x10);
    assertThat(look.delivered()).containsExactly(0x10);
    assertThat(look.handlerLeft()).isTrue();
    look.end();

    Look disabled = new Look(Look.DISABLED).send((byte) 0x10);
    assertThat(disabled.delivered()).containsExactly(0x10);
    assertThat(disabled.handlerLeft()).isTrue();
    disabled.end();
  }

  @Test
  void aSecondHeaderIsNamedWhetherItComesAtOnceOrByteByByte() {
    byte[] twice = Arrays.copyOf(V1, V1.length + HEADER.length);
    System.arraycopy(HEADER, 0, twice, V1.length, HEADER.length);
    for (Look look :
        new Look[] {Look.of(Look.ENABLED, twice), Look.byteByByte(Look.ENABLED, twice)}) {
      assertThat(look.calls).containsExactly("accepted", "rejected");
      assertThat(look.reason).contains(Reason.DUPLICATE_HEADER);
      assertThat(look.firstBytes).startsWith('\r', '\n', '\r', '\n', 0);
      assertThat(look.delivered()).isEmpty();
      look.end();
    }
  }

  @Test
  void aRefusalShowsTheFirst32BytesAndWhatToDo() {
    byte[] stream = new byte[200];
    stream[0] = 0x16;
    Look tls = Look.of(Look.ENABLED, stream);
    assertThat(tls.firstBytes).isEqualTo(Arrays.copyOf(stream, 32));
    tls.end();

    stream[0] = 0x10; // Names and the password come behind the first twelve bytes.
    Look look = Look.of(Look.ENABLED, stream);
    assertThat(look.firstBytes).isEqualTo(Arrays.copyOf(stream, 12));
    assertThat(look.detail).isEqualTo("first byte 0x10 is an MQTT CONNECT (offset 0)");
    assertThat(look.hint)
        .contains("send-proxy-v2")
        .contains("proxy_protocol on")
        .contains("proxy_protocol_v2.enabled=true")
        .contains("listener.tcp.proxy_enabled = false")
        .contains("MQTT_TCP_PROXY_PROTOCOL_ENABLED=false");
    look.end();
  }

  @Test
  void nothingIsDeliveredToAConnectionTheListenerCloses() {
    Look look = new Look(Look.ENABLED);
    look.onAccepted = look.channel::close;
    look.send(Vector.named("v2-tcp4").stream());
    assertThat(look.calls).containsExactly("accepted");
    assertThat(look.delivered()).isEmpty();
    look.end();
  }

  @Test
  void anExceptionInTheListenerClosesTheConnection() {
    Look look = new Look(Look.ENABLED);
    look.onAccepted =
        () -> {
          throw new IllegalStateException("no endpoint");
        };
    assertThatThrownBy(() -> look.send(Vector.named("v2-tcp4").stream()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(look.channel.isActive()).isFalse();
    assertThat(look.delivered()).isEmpty();
    look.end();
  }

  @Test
  void withAutoReadOffItAsksForTheBytesItStillNeeds() {
    Look look = new Look(Look.ENABLED);
    look.channel.config().setAutoRead(false);
    int[] reads = {0};
    look.channel
        .pipeline()
        .addFirst(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void read(ChannelHandlerContext ctx) {
                reads[0]++;
              }
            });
    look.send(HEADER, 0, 20);
    assertThat(reads[0]).isEqualTo(1);
    look.send(Vector.named("v2-tcp4").stream(), 20, HEADER.length + 14);
    assertThat(reads[0]).isEqualTo(1);
    look.end();
  }

  @Test
  void aPolicyOutsideItsRangesIsRefused() {
    assertThatThrownBy(() -> Look.policy(Duration.ZERO, 4096))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Look.policy(Look.TIMEOUT, 65_536))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
