package io.strmqtt.session.kit;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What an attacker may send for a client id or a user name, and more. */
public final class Hostile {
  private static final String[] PIECES = {
    "\0",
    "\n",
    "\r\n",
    "\u001b[2J",
    "\u007f",
    "\u0085",
    "\u2028",
    "\u202e",
    "\uFEFF",
    "\uFFFD",
    "\uD83D\uDE00",
    "\uD800",
    "\uDC00",
    "\uDBFF\uDFFF",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    ",",
    ":",
    "=",
    "/",
    "%00",
    "\u2026",
    "\t",
    " ",
    "reason=OK",
    "\",\"attempts\":0",
    "/32",
    "c",
    "\u00fc"
  };

  private Hostile() {}

  /** At least one unit; one of forty is of 64 KiB. */
  public static String text(Random random) {
    int least = random.nextInt(40) == 0 ? 65_535 : 1 + random.nextInt(400);
    StringBuilder text = new StringBuilder(least);
    // unlike any other but by chance
    text.append(random.nextLong());
    while (text.length() < least) {
      text.append(
          random.nextBoolean()
              ? PIECES[random.nextInt(PIECES.length)]
              : String.valueOf((char) random.nextInt(0x10000)));
    }
    return text.toString();
  }

  static boolean isWellFormed(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new String(utf8, StandardCharsets.UTF_8).equals(text);
  }
}
