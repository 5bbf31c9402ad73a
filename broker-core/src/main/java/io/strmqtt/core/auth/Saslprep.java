package io.strmqtt.core.auth;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * SASLprep (RFC 4013), the profile of stringprep (RFC 3454) that makes equal what looks equal in
 * user names and passwords.
 *
 * <p>The tables of prohibited characters are those of RFC 3454. The normalization and the
 * directions are those of the Java runtime's Unicode, which for characters assigned in Unicode 3.2
 * say the same; others are not allowed in what is stored.
 */
final class Saslprep {
  private Saslprep() {}

  /**
   * Prepares what is kept: nothing may depend on a later version of Unicode.
   *
   * @return nothing if it has characters that are prohibited, or unassigned in Unicode 3.2, or a
   *     mix of directions that is not allowed
   */
  static Optional<String> stored(String text) {
    return prepare(text, Saslprep::isUnassigned);
  }

  /** Prepares what is compared with something stored: unassigned characters pass. */
  static Optional<String> query(String text) {
    return prepare(text, c -> false);
  }

  private static Optional<String> prepare(String text, IntPredicate alsoProhibited) {
    if (text.chars().allMatch(c -> c >= 0x20 && c < 0x7F)) {
      return Optional.of(text);
    }
    StringBuilder mapped = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> isSpace(c) ? ' ' : c)
        .filter(c -> !isMappedToNothing(c))
        .forEach(mapped::appendCodePoint);
    String normal = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    boolean impossible =
        normal.codePoints().anyMatch(c -> isProhibited(c) || alsoProhibited.test(c));
    return impossible || !isOneDirection(normal) ? Optional.empty() : Optional.of(normal);
  }

  /** Table C.1.2. */
  private static boolean isSpace(int c) {
    return c == 0xA0
        || c == 0x1680
        || c >= 0x2000 && c <= 0x200B
        || c == 0x202F
        || c == 0x205F
        || c == 0x3000;
  }

  /** Table B.1; of U+200B, table C.1.2 has made a space. */
  private static boolean isMappedToNothing(int c) {
    return switch (c) {
      case 0xAD, 0x34F, 0x1806, 0x180B, 0x180C, 0x180D, 0x200C, 0x200D, 0x2060, 0xFEFF -> true;
      default -> c >= 0xFE00 && c <= 0xFE0F;
    };
  }

  /** The tables that RFC 4013, section 2.3, names. */
  private static boolean isProhibited(int c) {
    return isSpace(c)
        || isControl(c)
        || Character.getType(c) == Character.PRIVATE_USE // C.3
        || (c & 0xFFFE) == 0xFFFE // C.4
        || c >= 0xFDD0 && c <= 0xFDEF // C.4
        || c >= 0xD800 && c <= 0xDFFF // C.5
        || c >= 0xFFF9 && c <= 0xFFFD // C.6 and C.2.2
        || c >= 0x2FF0 && c <= 0x2FFB // C.7
        || changesDisplay(c)
        || c == 0xE0001 // C.9
        || c >= 0xE0020 && c <= 0xE007F; // C.9
  }

  /** Tables C.2.1 and C.2.2. */
  private static boolean isControl(int c) {
    return switch (c) {
      case 0x6DD, 0x70F, 0x180E, 0x200C, 0x200D, 0x2028, 0x2029, 0xFEFF -> true;
      default ->
          Character.isISOControl(c)
              || c >= 0x2060 && c <= 0x2063
              || c >= 0x206A && c <= 0x206F
              || c >= 0x1D173 && c <= 0x1D17A;
    };
  }

  /** Table C.8, but for what {@link #isControl} has. */
  private static boolean changesDisplay(int c) {
    return c == 0x340 || c == 0x341 || c == 0x200E || c == 0x200F || c >= 0x202A && c <= 0x202E;
  }

  /** RFC 3454, section 6. */
  private static boolean isOneDirection(String text) {
    if (text.codePoints().noneMatch(Saslprep::isRightToLeft)) {
      return true;
    }
    return text.codePoints()
            .noneMatch(
                c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT)
        && isRightToLeft(text.codePointAt(0))
        && isRightToLeft(text.codePointBefore(text.length()));
  }

  private static boolean isRightToLeft(int c) {
    byte direction = Character.getDirectionality(c);
    return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
        || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
  }

  /**
   * Table A.1. The Java runtime has it for domain names (RFC 3490), which are prepared by the same
   * rules: a character that is one only if unassigned ones are allowed is unassigned.
   */
  private static boolean isUnassigned(int c) {
    return c >= 0x80
        && Character.getType(c) != Character.PRIVATE_USE
        && isDomainName(c, IDN.ALLOW_UNASSIGNED)
        && !isDomainName(c, 0);
  }

  private static boolean isDomainName(int c, int flag) {
    try {
      return !IDN.toASCII(Character.toString(c), flag).isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
