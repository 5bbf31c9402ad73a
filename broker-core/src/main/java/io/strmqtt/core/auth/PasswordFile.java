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

/**
 * The file of user names and password hashes: one {@code username:hash} per line, UTF-8, split at
 * the last colon. Empty lines and lines that begin with {@code #} are skipped.
 */
final class PasswordFile {
  private static final int MAX_REPORTED = 10;

  private PasswordFile() {}

  /**
   * @throws Unusable if the file cannot be read or a line of it is wrong; names the file and every
   *     such line
   */
  static Map<String, PasswordHash> read(Path file) throws Unusable {
    Map<String, PasswordHash> users = new HashMap<>();
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
          PasswordHash hash = PasswordHash.parse(line.substring(colon + 1).strip());
          if (users.putIfAbsent(line.substring(0, colon), hash) != null) {
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

  private static String text(Path file) throws Unusable {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
          .toString();
    } catch (NoSuchFileException e) {
      throw new Unusable(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new Unusable(file + ": not valid UTF-8");
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
