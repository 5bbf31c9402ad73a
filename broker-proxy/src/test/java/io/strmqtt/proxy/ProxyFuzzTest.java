package io.strmqtt.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.strmqtt.proxy.Policies.Peer;
import io.strmqtt.proxy.ProxyPolicy.Mode;
import io.strmqtt.proxy.ProxyVerdict.Header;
import io.strmqtt.proxy.ProxyVerdict.NeedMore;
import io.strmqtt.proxy.Trial.Seen;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Hostile streams against every policy. A fixed number in the test suite; by hand for as long as
 * {@code -Dfuzz.seconds=60} says, with other inputs each time. A failure names the input's seed:
 * {@code -Dfuzz.seed=N} runs that one alone.
 */
class ProxyFuzzTest {
  private static final int INPUTS = 2_000;
  private static final long FIRST_SEED = 20_260_429;

  /** All that may be seen of a connection, in order. */
  private static final Set<String> LIVES =
      Set.of("[probe]", "[rejected]", "[accepted]", "[missing, accepted]", "[accepted, rejected]");

  @Test
  void noStreamBreaksThePromisesOfTheFirstLook() {
    Long seed = Long.getLong("fuzz.seed");
    int seconds = Integer.getInteger("fuzz.seconds", 0);
    if (seed != null) {
      input(seed);
    } else if (seconds == 0) {
      for (int i = 0; i < INPUTS; i++) {
        input(FIRST_SEED + i);
      }
    } else {
      long start = System.nanoTime();
      long next = start;
      while (System.nanoTime() - start < Duration.ofSeconds(seconds).toNanos()) {
        input(next++);
      }
      System.out.println("fuzz.seed=" + start + " inputs=" + (next - start));
    }
  }

  private static void input(long seed) {
    Random random = new Random(seed);
    ProxyPolicy policy = Policies.ALL.get(random.nextInt(Policies.ALL.size()));
    Peer peer = Peer.values()[random.nextInt(3) == 0 ? random.nextInt(3) : 0];
    Trial trial = new Trial(policy, peer.address, stream(new HeaderSource(random), random));
    try {
      check(trial, random);
    } catch (Throwable e) {
      throw new AssertionError("-Dfuzz.seed=" + seed + " " + trial, e);
    }
  }

  private static byte[] stream(HeaderSource source, Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> source.bytes(random.nextInt(200));
      case 1 -> Bytes.join(Bytes.hex(Bytes.SIGNATURE), source.bytes(random.nextInt(200)));
      case 2 -> Bytes.join(Bytes.ascii("PROXY "), source.bytes(random.nextInt(120)));
      case 3 -> Bytes.join(source.mutated(), source.mutated());
      case 4 -> source.payload();
      default -> Bytes.join(source.mutated(), source.payload());
    };
  }

  private static void check(Trial trial, Random random) {
    Seen whole = trial.whole();
    if (trial.stream().length < 80) { // paranoid leak detection makes each buffer dear
      assertThat(trial.byteByByte()).isEqualTo(whole);
    }
    assertThat(trial.atRandom(random)).isEqualTo(whole);
    assertThat(LIVES).contains(whole.calls().toString());
    assertThat(whole.calls().contains("rejected")).isEqualTo(whole.reason().isPresent());
    assertThat(whole.calls().contains("probe"))
        .isEqualTo(trial.stream().length == 0 && whole.reason().isEmpty());

    boolean passed = whole.calls().contains("accepted") && whole.reason().isEmpty();
    int read = whole.header().map(Header::length).orElse(0);
    byte[] behind =
        passed ? Arrays.copyOfRange(trial.stream(), read, trial.stream().length) : new byte[0];
    assertThat(whole.delivered()).isEqualTo(HexFormat.of().formatHex(behind));
    assertThat(whole.detail().chars()).allMatch(c -> c >= ' ' && c < 127);

    ProxyPolicy policy = trial.policy();
    boolean believed = policy.mode() != Mode.OFF && trial.peer().equals(Peer.TRUSTED.address);
    ProxyVerdict verdict = ProxyParser.parse(Unpooled.wrappedBuffer(trial.stream()), policy);
    assertThat(whole.header())
        .isEqualTo(
            believed && verdict instanceof Header header ? Optional.of(header) : Optional.empty());
    int most = Math.max(108, 16 + policy.maxHeaderSize());
    assertThat(verdict == NeedMore.INSTANCE && trial.stream().length > most).isFalse();
  }
}
