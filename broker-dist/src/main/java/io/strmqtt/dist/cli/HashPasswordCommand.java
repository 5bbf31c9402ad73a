package io.strmqtt.dist.cli;

import io.strmqtt.core.auth.PasswordHash;
import io.strmqtt.core.auth.ScramCredential;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "hash-password",
    description = {
      "Print a line for a password file.",
      "Asks for the password on a terminal, else reads one line of standard input."
    })
final class HashPasswordCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final PasswordHasher hasher;

  @Parameters(
      arity = "0..1",
      paramLabel = "USERNAME",
      description = "Whose password it is; without it, only the hash is printed.")
  private @Nullable String username;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "Rounds of PBKDF2, at least 1000; default ${DEFAULT-VALUE}.")
  private int iterations = PasswordHash.DEFAULT_ITERATIONS;

  @Option(names = "--scram-sha-256", description = "Add a hash for SCRAM-SHA-256.")
  private boolean scramSha256;

  @Option(names = "--scram-sha-512", description = "Add a hash for SCRAM-SHA-512.")
  private boolean scramSha512;

  @Option(
      names = "--scram-iterations",
      paramLabel = "N",
      description =
          "Rounds of PBKDF2 for SCRAM, which clients compute, 4096 to 1000000; default"
              + " ${DEFAULT-VALUE}.")
  private int scramIterations = ScramCredential.DEFAULT_ITERATIONS;

  HashPasswordCommand(Surroundings surroundings, PasswordHasher hasher) {
    this.surroundings = surroundings;
    this.hasher = hasher;
  }

  @Override
  public Integer call() throws IOException {
    if (username != null && (username.startsWith("#") || !username.matches("[^\\r\\n]+"))) {
      return refuse("a username in a password file is one line and does not begin with #");
    }
    if (iterations < 1000) {
      return refuse("--iterations must be at least 1000");
    }
    Console console = System.console();
    Optional<byte[]> given =
        console != null && console.isTerminal()
            ? ask(console)
            : Optional.of(line(surroundings.in()));
    if (given.isEmpty()) {
      return refuse("the two passwords differ");
    }
    byte[] password = given.get();
    if (password.length == 0) {
      return refuse("the password is empty");
    }
    try {
      String hashes = hashes(password);
      surroundings.out().println(username == null ? hashes : username + ":" + hashes);
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      return refuse(String.valueOf(e.getMessage()));
    } finally {
      Arrays.fill(password, (byte) 0);
    }
  }

  /** Separated by spaces, as a password file has them. */
  private String hashes(byte[] password) {
    SecureRandom random = new SecureRandom();
    List<String> hashes = new ArrayList<>();
    hashes.add(hasher.hash(password, iterations, random));
    if (scramSha256) {
      hashes.add(ScramCredential.create("SCRAM-SHA-256", password, scramIterations, random));
    }
    if (scramSha512) {
      hashes.add(ScramCredential.create("SCRAM-SHA-512", password, scramIterations, random));
    }
    return String.join(" ", hashes);
  }

  private int refuse(String why) {
    surroundings.err().println("error: " + why);
    return ExitCode.USAGE;
  }

  private static Optional<byte[]> ask(Console console) {
    byte[] first = utf8(console.readPassword("Password: "));
    byte[] second = utf8(console.readPassword("Again: "));
    return Arrays.equals(first, second) ? Optional.of(first) : Optional.empty();
  }

  private static byte[] utf8(char @Nullable [] password) {
    ByteBuffer bytes =
        StandardCharsets.UTF_8.encode(CharBuffer.wrap(password == null ? new char[0] : password));
    byte[] exact = new byte[bytes.remaining()];
    bytes.get(exact);
    return exact;
  }

  /** The bytes as they are: an MQTT password is binary data (MQTT-3.1.3.6). */
  private static byte[] line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    byte[] bytes = line.toByteArray();
    boolean carriageReturn = bytes.length > 0 && bytes[bytes.length - 1] == '\r';
    return carriageReturn ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
  }
}
