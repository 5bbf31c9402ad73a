package io.strmqtt.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** One row of a table of byte-exact headers. */
record Vector(String id, char verdict, byte[] bytes, boolean connectFollows, String note) {

  /** MQTT 3.1.1, clean session, keep-alive 60 seconds, empty client identifier. */
  static final byte[] CONNECT = HexFormat.of().parseHex("100c00044d5154540402003c0000");

  static List<Vector> all() {
    return rows("vectors.tsv").stream()
        .map(
            row ->
                new Vector(
                    row[0],
                    row[1].charAt(0),
                    HexFormat.of().parseHex(row[2]),
                    row[3].equals("+CONNECT"),
                    row.length > 4 ? row[4] : ""))
        .toList();
  }

  /** Headers as HAProxy and nginx send them; the note is the client's address, if it names one. */
  static List<Vector> captured() {
    return rows("captures.tsv").stream()
        .map(
            row ->
                new Vector(
                    row[0],
                    row[1].equals("-") ? 'L' : 'A',
                    HexFormat.of().parseHex(row[2]),
                    true,
                    row[1]))
        .toList();
  }

  static Vector named(String id) {
    return all().stream().filter(v -> v.id.equals(id)).findFirst().orElseThrow();
  }

  byte[] payload() {
    return connectFollows ? CONNECT : new byte[0];
  }

  byte[] stream() {
    byte[] all = Arrays.copyOf(bytes, bytes.length + payload().length);
    System.arraycopy(payload(), 0, all, bytes.length, payload().length);
    return all;
  }

  /** The client's address that an accepted header must give, as in logs. */
  String client() {
    if (note.matches("\\[?[0-9a-f.:]*[0-9a-f]]?:\\d+") && !note.contains("..")) {
      return note;
    }
    return switch (id) {
      case "v1-port0" -> "203.0.113.7:0";
      case "v1-tcp6-max104" -> "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535";
      default -> "203.0.113.7:56324";
    };
  }

  /** Whether a second header follows the first. */
  boolean stacked() {
    return id.contains("stacked");
  }

  @Override
  public String toString() {
    return id;
  }

  private static List<String[]> rows(String file) {
    try (InputStream in = Objects.requireNonNull(Vector.class.getResourceAsStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(line -> line.split("\t"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
