package io.strmqtt.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A PEM file as RFC 7468 has it: blocks, and between them text that does not matter.
 *
 * @param setting the last part of the key that names the file, such as {@code cert_file}
 */
record PemFile(String setting, Path path, List<Block> blocks) {
  private static final int MAX_BYTES = 4 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /**
   * @param label such as {@code CERTIFICATE}
   * @param encrypted whether it has headers, which only encrypted keys of the old kind have (RFC
   *     1421); its bytes are then not decoded
   */
  record Block(String label, boolean encrypted, byte[] der) {}

  /**
   * @throws UnusableFile unless the file holds at least one block
   */
  static PemFile read(String setting, Path path) throws UnusableFile {
    byte[] bytes = bytes(setting, path);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      String body = matcher.group(2);
      boolean headers = body.contains(":");
      try {
        byte[] der = headers ? new byte[0] : Base64.getDecoder().decode(body.replaceAll("\\s", ""));
        blocks.add(new Block(matcher.group(1), headers, der));
      } catch (IllegalArgumentException e) {
        throw new UnusableFile(
            setting, path, "is damaged: its block " + matcher.group(1) + " is not base64");
      }
    }
    if (blocks.isEmpty()) {
      throw new UnusableFile(setting, path, withoutBlocks(path, bytes, text));
    }
    return new PemFile(setting, path, List.copyOf(blocks));
  }

  private static byte[] bytes(String setting, Path path) throws UnusableFile {
    if (Files.isDirectory(path)) {
      throw new UnusableFile(setting, path, "is a folder; name the file in it");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new UnusableFile(setting, path, "is larger than " + (MAX_BYTES >> 20) + " MiB");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new UnusableFile(setting, path, "does not exist");
    } catch (IOException e) {
      throw new UnusableFile(
          setting, path, "cannot be read by this user; look at its owner and mode (ls -l)");
    }
  }

  private static String withoutBlocks(Path path, byte[] bytes, String text) {
    if (text.isBlank()) {
      return "is empty";
    }
    if (text.contains("-----BEGIN ")) {
      return "is cut off: a PEM block begins in it and does not end";
    }
    if (bytes[0] != Der.SEQUENCE) {
      return "is not PEM: it has no line -----BEGIN ...-----";
    }
    return "is not PEM but binary: convert it with "
        + switch (Der.kind(bytes)) {
          case KEY -> "openssl pkey -inform der -in " + in(path) + " -out " + out(path);
          case PKCS12 -> "openssl pkcs12 -nodes -in " + in(path) + " -out " + out(path);
          case OTHER -> "openssl x509 -inform der -in " + in(path) + " -out " + out(path);
        };
  }

  UnusableFile unusable(String problem) {
    return new UnusableFile(setting, path, problem);
  }

  boolean has(String label) {
    return blocks.stream().anyMatch(block -> block.label().equals(label));
  }

  List<Block> keys() {
    return blocks.stream().filter(block -> block.label().endsWith("PRIVATE KEY")).toList();
  }

  /** The file as an argument of a command line. */
  String in() {
    return in(path);
  }

  /** A file for what a command makes of this one. */
  String out() {
    return out(path);
  }

  private static String in(Path path) {
    return quoted(path.toString());
  }

  private static String out(Path path) {
    return quoted(path + ".pem");
  }

  private static String quoted(String text) {
    return text.matches("[\\w/.,:=@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
