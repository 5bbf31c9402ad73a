package io.strmqtt.core.auth;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.ConnectAttempt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Checks user names and passwords against hashes. The event loop only looks whether the password is
 * the one verified last for the user (a SHA-256 digest, microseconds); everything else waits in a
 * bounded queue for the hashing threads.
 *
 * <p>What can be learnt from how long an answer takes: nothing about which users exist. An unknown
 * user is checked against a hash that nothing matches, as costly as the costliest of the file; so
 * all hashes of a file should have the same iterations.
 */
final class PasswordFileAuthenticator implements Authenticator {
  private static final Logger LOG = LogManager.getLogger(PasswordFileAuthenticator.class);

  /**
   * A longer password goes to the hashing threads at once, as a digest of it could hold up the
   * event loop.
   */
  private static final int MAX_REMEMBERED_BYTES = 1024;

  private static final AuthOutcome NO_CREDENTIALS = new AuthOutcome.Rejected(Reason.NO_CREDENTIALS);
  private static final AuthOutcome BAD_CREDENTIALS =
      new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS);
  private static final AuthOutcome AUTH_BUSY = new AuthOutcome.Rejected(Reason.AUTH_BUSY);
  private static final AuthOutcome AUTH_FAILED = new AuthOutcome.Rejected(Reason.AUTH_FAILED);

  private final Map<String, User> users = new HashMap<>();
  private final User nobody;
  private final boolean remember;
  private final byte[] rememberSalt = new byte[32];
  private final ThreadPoolExecutor hashing;

  /**
   * @param hashing from {@link #threads(int, int)}; shut down by {@link #close()}
   * @param remember whether the password last verified for a user is kept as a digest
   */
  PasswordFileAuthenticator(
      Map<String, PasswordHash> hashes,
      ThreadPoolExecutor hashing,
      boolean remember,
      SecureRandom random) {
    int iterations = 0;
    for (Map.Entry<String, PasswordHash> entry : hashes.entrySet()) {
      users.put(entry.getKey(), new User(entry.getValue()));
      iterations = Math.max(iterations, entry.getValue().iterations());
    }
    this.nobody =
        new User(
            PasswordHash.unmatchable(
                iterations == 0 ? PasswordHash.DEFAULT_ITERATIONS : iterations, random));
    this.remember = remember;
    random.nextBytes(rememberSalt);
    this.hashing = hashing;
  }

  /**
   * Hashes once: the first hash of a fresh JVM takes many times as long, not at a client's cost.
   */
  void warmUp() {
    hashing.execute(() -> nobody.hash.matches(new byte[0]));
  }

  /** Daemon threads, with a queue that refuses what it cannot hold. */
  static ThreadPoolExecutor threads(int threads, int queue) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(queue),
            task -> {
              Thread thread = new Thread(task, "password-hash-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  @Override
  public CompletionStage<AuthOutcome> authenticate(ConnectAttempt attempt) {
    if (attempt.username().isEmpty()) {
      return CompletableFuture.completedFuture(NO_CREDENTIALS);
    }
    if (attempt.password().isEmpty()) {
      return CompletableFuture.completedFuture(BAD_CREDENTIALS);
    }
    String username = attempt.username().get();
    byte[] password = attempt.password().get();
    User user = users.getOrDefault(username, nobody);
    byte[] digest =
        remember && password.length <= MAX_REMEMBERED_BYTES ? digest(username, password) : null;
    if (digest != null && MessageDigest.isEqual(digest, user.verified)) {
      return CompletableFuture.completedFuture(new AuthOutcome.Accepted(username));
    }
    Verification verification = new Verification(username, user, password, digest);
    try {
      hashing.execute(verification);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(AUTH_BUSY);
    }
    return verification.outcome;
  }

  @Override
  public void close() {
    for (Runnable waiting : hashing.shutdownNow()) {
      if (waiting instanceof Verification verification) {
        verification.outcome.complete(AUTH_BUSY);
      }
    }
  }

  private byte[] digest(String username, byte[] password) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the Java runtime offers no SHA-256", e);
    }
    sha256.update(rememberSalt);
    sha256.update(username.getBytes(StandardCharsets.UTF_8));
    // occurs in no UTF-8, so no other pair of name and password gives the same bytes
    sha256.update((byte) 0xff);
    return sha256.digest(password);
  }

  private static final class User {
    final PasswordHash hash;
    volatile byte @Nullable [] verified;

    User(PasswordHash hash) {
      this.hash = hash;
    }
  }

  private static final class Verification implements Runnable {
    final CompletableFuture<AuthOutcome> outcome = new CompletableFuture<>();
    private final String username;
    private final User user;
    private final byte[] password;
    private final byte @Nullable [] digest;

    Verification(String username, User user, byte[] password, byte @Nullable [] digest) {
      this.username = username;
      this.user = user;
      this.password = password;
      this.digest = digest;
    }

    @Override
    public void run() {
      // whoever no longer waits for the answer has cancelled it
      if (outcome.isDone()) {
        return;
      }
      try {
        if (user.hash.matches(password)) {
          if (digest != null) {
            user.verified = digest;
          }
          outcome.complete(new AuthOutcome.Accepted(username));
        } else {
          outcome.complete(BAD_CREDENTIALS);
        }
      } catch (RuntimeException e) {
        LOG.error("event=auth_error authenticator=password-file", e);
        outcome.complete(AUTH_FAILED);
      }
    }
  }
}
