package io.strmqtt.session.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.strmqtt.session.rocks.Usage.Tables;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "an empty store,                          0,   0,   0, false",
    "little in the log,                       3,   0,   0, false",
    "a log and nothing else,                  4,   0,   0, true",
    "little that has gone,                    1,   2,   0, false",
    "all has gone from the tables,            0, 100,   0, true",
    "a log that is small beside what stays,  50, 100, 100, false",
    "half has gone,                           0, 100,  50, true",
    "less than half has gone,                 0, 100,  60, false",
    "half has gone with the log,             20, 100,  60, true",
  })
  void itIsWorthItWhenAsMuchReturnsAsStays(
      String name, long logs, long bytes, long live, boolean isWorthIt) {
    Usage usage =
        new Usage(logs * MIB, 0, List.of(new Tables(Family.QUEUE, bytes * MIB, live * MIB)));
    assertThat(usage.isWorthIt()).isEqualTo(isWorthIt);
  }

  @Test
  void aFamilyThatStaysIsNotRewrittenWithOneThatHasGone() {
    Tables gone = new Tables(Family.QUEUE, 100 * MIB, 10 * MIB);
    Tables stays = new Tables(Family.SESSIONS, 60 * MIB, 50 * MIB);
    assertThat(new Usage(0, 0, List.of(gone, stays)).isWorthIt()).isTrue();
    assertThat(gone.isWorthIt()).isTrue();
    assertThat(stays.isWorthIt()).isFalse();
  }
}
