package io.strmqtt.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaslprepTest {
  /** The first five are the examples of RFC 4013, section 3. */
  @ParameterizedTest
  @CsvSource({
    "I\u00ADX, IX",
    "user, user",
    "USER, USER",
    "\u00AA, a",
    "\u2168, IX",
    "p\u00E4ss, p\u00E4ss",
    "pa\u0308ss, p\u00E4ss",
    "a\u00A0b, a b",
    "a\u3000b, a b",
    "a\u200Bb, a b",
    "a\uFEFFb\uFE0F, ab",
    "\u0627\u0031\u0628, \u0627\u0031\u0628",
    "\uFF21, A"
  })
  void whatLooksEqualBecomesEqual(String text, String prepared) {
    assertThat(Saslprep.stored(text)).contains(prepared);
    assertThat(Saslprep.query(text)).contains(prepared);
  }

  /** The first two are the examples of RFC 4013, section 3. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0007", // C.2.1
        "\u0627\u0031", // bidirectional, ends left
        "\u0627a\u0628", // both directions
        "\u007F",
        "\u0085", // C.2.2
        "\u2028",
        "\u180E",
        "\u06DD",
        "\uFFFA",
        "\uE000", // C.3
        "\uDBC0\uDC00",
        "\uFFFE", // C.4
        "\uFDD0",
        "\uD83F\uDFFF",
        "\uD800", // C.5
        "a\uDC00",
        "\uFFFD", // C.6
        "\u2FF0", // C.7
        "\u200E", // C.8
        "\u202E",
        "\uDB40\uDC01", // C.9
        "\uDB40\uDC20"
      })
  void whatIsProhibitedHasNoForm(String text) {
    assertThat(Saslprep.stored(text)).isEmpty();
    assertThat(Saslprep.query(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0221", "\uD83D\uDD11", "\u20B9", "\uA640", "a\u0526b"})
  void whatUnicode32DoesNotKnowIsNotStored(String text) {
    assertThat(Saslprep.stored(text)).isEmpty();
    assertThat(Saslprep.query(text)).contains(text);
  }

  @Test
  void whatUnicode32KnowsIsStored() {
    String known = "\u0220\u03F6\u0531\u0905\u0E01\u1100\u20AC\u2126\u3042\u4E00\uAC00\uD800\uDF00";
    known
        .codePoints()
        .mapToObj(Character::toString)
        .forEach(c -> assertThat(Saslprep.stored(c)).as(c).isPresent());
    for (char c = 0x20; c < 0x7F; c++) {
      assertThat(Saslprep.stored(String.valueOf(c) + "\u00E4")).as("%c", c).isPresent();
    }
  }

  @Test
  void whatIsPreparedStaysAsItIs() {
    for (int c = 0; c < 0x3000; c++) {
      Saslprep.stored(Character.toString(c))
          .ifPresent(prepared -> assertThat(Saslprep.stored(prepared)).contains(prepared));
    }
  }
}
