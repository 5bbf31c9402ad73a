package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
  private long now;
  private long open = 60;
  private int looks;

  private Descriptors of(long limit) {
    return new Descriptors(
        limit,
        () -> {
          looks++;
          return open;
        },
        () -> now);
  }

  @Test
  void connectionsAreTakenUntilTheReserveIsReachedAndAgainOnceOthersHaveEnded() {
    Descriptors descriptors = of(256);
    int taken = 0;
    while (descriptors.hasRoom()) {
      descriptors.opened();
      taken++;
    }
    assertThat(descriptors.reserve()).isEqualTo(64);
    assertThat(taken).isEqualTo(256 - 60 - 64);

    descriptors.closed();
    assertThat(descriptors.hasRoom()).isTrue();
    descriptors.opened();
    assertThat(descriptors.hasRoom()).isFalse();
  }

  @Test
  void whatOthersHaveOpenedMeanwhileIsSeenBeforeItIsTooLate() {
    Descriptors descriptors = of(256);
    for (int i = 0; i < 100; i++) {
      descriptors.opened();
    }
    open = 60 + 100 + 40; // The store has opened 40 files.
    now += TimeUnit.SECONDS.toNanos(1);
    assertThat(descriptors.hasRoom()).isFalse();
  }

  @Test
  void theProcessIsNotLookedAtForEachConnection() {
    Descriptors descriptors = of(100_000);
    for (int i = 0; i < 50_000; i++) {
      assertThat(descriptors.hasRoom()).isTrue();
      descriptors.opened();
    }
    assertThat(looks).isEqualTo(1);
  }

  @Test
  void theLimitIsReadFromTheProcessOrThereIsNone() {
    assertThat(
            Descriptors.limit(
                List.of(
                    "Limit                     Soft Limit           Hard Limit           Units",
                    "Max open files            256                  4096                 files")))
        .hasValue(256);
    assertThat(Descriptors.limit(List.of("Max open files  unlimited  unlimited  files"))).isEmpty();
    assertThat(of(Long.MAX_VALUE).hasRoom()).isTrue();
  }
}
