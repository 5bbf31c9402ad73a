package io.strmqtt.core.auth;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The messages a client sends in SCRAM, strictly by the grammar of RFC 5802, section 7. */
sealed interface ScramMessage {
  /** Longer ones come from no client, and would take the event loop's time. */
  int MOST_BYTES = 8192;

  /** It is none: no stack trace, the bytes are a stranger's. */
  final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      super(what, null, false, false);
    }
  }

  /**
   * client-first-message.
   *
   * @param header gs2-header, with its commas
   * @param authorization whom the client wants to act as; empty for itself
   * @param username unescaped, not prepared
   * @param nonce the client's part
   * @param bare client-first-message-bare, as sent
   */
  record ClientFirst(
      byte[] header, String authorization, String username, String nonce, String bare)
      implements ScramMessage {

    static ClientFirst parse(byte[] message) throws Malformed {
      String text = text(message);
      int flagEnd = text.indexOf(',');
      int headerEnd = text.indexOf(',', flagEnd + 1) + 1;
      if (flagEnd < 0 || headerEnd == 0) {
        throw new Malformed("no header");
      }
      String flag = text.substring(0, flagEnd);
      if (!flag.equals("n") && !flag.equals("y")) {
        // "y": the client could bind the channel and believes that we cannot, which is right.
        throw new Malformed("channel binding");
      }
      String authorization = text.substring(flagEnd + 1, headerEnd - 1);
      if (!authorization.isEmpty()) {
        authorization = name(value("a=", authorization));
      }
      String bare = text.substring(headerEnd);
      String[] attributes = bare.split(",", -1);
      if (attributes.length < 2) {
        throw new Malformed("no nonce");
      }
      // "m=" in the place of the user name is an extension that we would have to know.
      String username = name(value("n=", attributes[0]));
      String nonce = printable(attributes[1]);
      checkExtensions(attributes, 2, attributes.length);
      return new ClientFirst(
          text.substring(0, headerEnd).getBytes(StandardCharsets.UTF_8),
          authorization,
          username,
          nonce,
          bare);
    }
  }

  /**
   * client-final-message.
   *
   * @param binding the header once more, and what it bound the channel by
   * @param nonce both parts
   * @param withoutProof client-final-message-without-proof, as sent
   */
  record ClientFinal(byte[] binding, String nonce, byte[] proof, String withoutProof)
      implements ScramMessage {

    static ClientFinal parse(byte[] message) throws Malformed {
      String text = text(message);
      String[] attributes = text.split(",", -1);
      int last = attributes.length - 1;
      if (last < 2) {
        throw new Malformed("too few attributes");
      }
      checkExtensions(attributes, 2, last);
      return new ClientFinal(
          base64(value("c=", attributes[0])),
          printable(attributes[1]),
          base64(value("p=", attributes[last])),
          text.substring(0, text.length() - attributes[last].length() - 1));
    }
  }

  private static String text(byte[] message) throws Malformed {
    if (message.length > MOST_BYTES) {
      throw new Malformed("too long");
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("not valid UTF-8");
    }
    if (text.indexOf('\0') >= 0) {
      throw new Malformed("a zero");
    }
    return text;
  }

  private static String value(String prefix, String attribute) throws Malformed {
    if (!attribute.startsWith(prefix) || attribute.length() == prefix.length()) {
      throw new Malformed("expected " + prefix);
    }
    return attribute.substring(prefix.length());
  }

  /** saslname: a comma is {@code =2C}, an equals sign {@code =3D}, and there is no other. */
  private static String name(String escaped) throws Malformed {
    StringBuilder name = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c != '=') {
        name.append(c);
      } else if (escaped.startsWith("=2C", i)) {
        name.append(',');
        i += 2;
      } else if (escaped.startsWith("=3D", i)) {
        name.append('=');
        i += 2;
      } else {
        throw new Malformed("an escape that is none");
      }
    }
    return name.toString();
  }

  private static String printable(String attribute) throws Malformed {
    String nonce = value("r=", attribute);
    if (!nonce.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
      throw new Malformed("a nonce that is not printable");
    }
    return nonce;
  }

  /** Optional extensions are ignored; each is a letter, an equals sign and a value. */
  private static void checkExtensions(String[] attributes, int from, int to) throws Malformed {
    for (int i = from; i < to; i++) {
      String each = attributes[i];
      if (each.length() < 3 || !isLetter(each.charAt(0)) || each.charAt(1) != '=') {
        throw new Malformed("an extension that is none");
      }
    }
  }

  private static boolean isLetter(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  /** With its padding, and nothing in the bits that stand for nothing. */
  private static byte[] base64(String text) throws Malformed {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Malformed("no base64");
    }
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw new Malformed("base64 in another form than the one it has");
    }
    return bytes;
  }
}
