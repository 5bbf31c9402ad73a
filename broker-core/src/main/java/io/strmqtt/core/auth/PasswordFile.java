package io.strmqtt.core.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file of user names and what is kept of their passwords: one {@code username:hash} per line,
 * UTF-8 with or without a byte-order mark, split at the last colon. In the place of the hash there
 * may be a {@link PasswordHash} and one {@link ScramCredential} of each kind, or any one of them,
 * with spaces between. Empty lines and lines that begin with {@code #} are skipped.
 */
final class PasswordFile {
  private static final int MAX_REPORTED = 10;

  private PasswordFile() {}

  /**
   * What is kept of one user's password.
   *
   * @param hash for whoever sends the password itself
   * @param scram for whoever proves that it knows it; one of a mechanism at the most
   */
  record User(Optional<PasswordHash> hash, List<ScramCredential> scram) {}

  /**
   * @throws Unusable if the file cannot be read or a line of it is wrong; names the file and every
   *     such line
   */
  static Map<String, User> read(Path file) throws Unusable {
    Map<String, User> users = new HashMap<>();
    List<String> problems = new ArrayList<>();
    int number = 0;
    for (String line : text(file).lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int colon = line.lastIndexOf(':');
      String problem = "";
      if (colon < 1) {
        problem = "expected username:hash";
      } else {
        try {
          String name = line.substring(0, colon);
          if (users.putIfAbsent(name, user(name, line.substring(colon + 1).strip())) != null) {
            problem = "the user name occurs twice";
          }
        } catch (IllegalArgumentException e) {
          problem = String.valueOf(e.getMessage());
        }
      }
      if (!problem.isEmpty()) {
        problems.add(file + ":" + number + ": " + problem);
      }
    }
    if (!problems.isEmpty()) {
      throw new Unusable(summary(problems));
    }
    return users;
  }

  private static User user(String name, String kept) {
    Optional<PasswordHash> hash = Optional.empty();
    List<ScramCredential> scram = new ArrayList<>();
    for (String word : kept.split(" +", -1)) {
      if (!ScramCredential.isOne(word)) {
        if (hash.isPresent()) {
          throw new IllegalArgumentException("more than one hash of one kind");
        }
        hash = Optional.of(PasswordHash.parse(word));
        continue;
      }
      ScramCredential credential = ScramCredential.parse(word);
      if (scram.stream().anyMatch(other -> other.mechanism().equals(credential.mechanism()))) {
        throw new IllegalArgumentException("more than one hash of one kind");
      }
      scram.add(credential);
    }
    if (!scram.isEmpty()) {
      checkName(name);
    }
    return new User(hash, List.copyOf(scram));
  }

  /** Names come prepared from SCRAM's clients: one that is written otherwise would never match. */
  private static void checkName(String name) {
    String prepared =
        Saslprep.stored(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the user name has characters that SASLprep (RFC 4013) does not allow for"
                            + " SCRAM"));
    if (!prepared.equals(name)) {
      throw new IllegalArgumentException("for SCRAM the user name has to be written " + prepared);
    }
  }

  private static String text(Path file) throws Unusable {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
      // some editors put a byte-order mark at the head, which is no part of the first user's name
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (NoSuchFileException e) {
      throw new Unusable(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new Unusable(file + ": not valid UTF-8; save it as UTF-8 (UTF-16 is not read)");
    } catch (IOException e) {
      throw new Unusable(file + ": cannot be read: " + e);
    }
  }

  private static String summary(List<String> problems) {
    String first = String.join("; ", problems.subList(0, Math.min(MAX_REPORTED, problems.size())));
    int more = problems.size() - MAX_REPORTED;
    return more > 0 ? first + "; and " + more + " more" : first;
  }

  /** Why the file cannot be used. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String problem) {
      super(problem, null, false, false);
    }
  }
}
