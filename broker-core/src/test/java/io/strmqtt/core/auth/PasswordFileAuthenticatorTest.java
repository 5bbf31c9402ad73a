package io.strmqtt.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.ProtocolVersion;
import io.strmqtt.api.Reason;
import io.strmqtt.api.Settings;
import io.strmqtt.api.auth.AuthOutcome;
import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.AuthenticatorProvider;
import io.strmqtt.api.auth.ConnectAttempt;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileAuthenticatorTest {
  private static final AuthOutcome BAD = new AuthOutcome.Rejected(Reason.BAD_CREDENTIALS);
  private static final AuthOutcome BUSY = new AuthOutcome.Rejected(Reason.AUTH_BUSY);

  @TempDir Path home;

  @Test
  void theRightPasswordLetsTheUserIn() throws Exception {
    try (Authenticator file = create("# staff\n\n" + line("ann", "secret") + line("a:b", ""))) {
      assertThat(outcome(file, "ann", "secret")).isEqualTo(new AuthOutcome.Accepted("ann"));
      assertThat(outcome(file, "a:b", "")).isEqualTo(new AuthOutcome.Accepted("a:b"));
    }
  }

  @Test
  void aWrongPasswordAnUnknownUserAndAMissingPasswordAreRefusedAlike() throws Exception {
    try (Authenticator file = create(line("ann", "secret"))) {
      assertThat(outcome(file, "ann", "Secret")).isEqualTo(BAD);
      assertThat(outcome(file, "ann", "")).isEqualTo(BAD);
      assertThat(outcome(file, "bob", "secret")).isEqualTo(BAD);
      assertThat(outcome(file, "", "secret")).isEqualTo(BAD);
      assertThat(outcome(file, attempt(Optional.of("ann"), Optional.empty()))).isEqualTo(BAD);
    }
  }

  @Test
  void hashesForScramStandBesideTheOneForPasswordsAndDoNotReplaceIt() throws Exception {
    String scram =
        " "
            + ScramCredential.create(
                "SCRAM-SHA-256", "x".getBytes(UTF_8), 4096, new SecureRandom());
    String both = line("ann", "secret").strip() + scram + "\n";
    try (Authenticator file = create(both + "bob:" + scram.strip() + "\n")) {
      assertThat(outcome(file, "ann", "secret")).isEqualTo(new AuthOutcome.Accepted("ann"));
      assertThat(outcome(file, "ann", "x")).isEqualTo(BAD);
      assertThat(outcome(file, "bob", "x")).isEqualTo(BAD);
    }
  }

  @Test
  void noUserNameIsNoCredentials() throws Exception {
    try (Authenticator file = create(line("ann", "secret"))) {
      assertThat(outcome(file, attempt(Optional.empty(), Optional.empty())))
          .isEqualTo(new AuthOutcome.Rejected(Reason.NO_CREDENTIALS));
    }
  }

  @Test
  void aPasswordVerifiedBeforeIsAcceptedAtOnceAndAnyOtherIsHashed() throws Exception {
    try (Authenticator file = create(line("ann", "secret") + line("bob", "secret"))) {
      assertThat(outcome(file, "ann", "secret")).isEqualTo(new AuthOutcome.Accepted("ann"));

      assertThat(file.authenticate(attempt("ann", "secret")).toCompletableFuture()).isDone();
      assertThat(outcome(file, "ann", "other")).isEqualTo(BAD);
      assertThat(outcome(file, "nobody", "secret")).isEqualTo(BAD);
      assertThat(outcome(file, "bob", "secret")).isEqualTo(new AuthOutcome.Accepted("bob"));
      assertThat(file.authenticate(attempt("ann", "secret")).toCompletableFuture()).isDone();
    }
  }

  @Test
  void aFullQueueRefusesAtOnceAndLosesNobodyWhoWaits() throws Exception {
    ThreadPoolExecutor threads = PasswordFileAuthenticator.threads(1, 2);
    CountDownLatch release = new CountDownLatch(1);
    threads.execute(() -> await(release));
    try (Authenticator file = withThreads(threads)) {
      CompletionStage<AuthOutcome> first = file.authenticate(attempt("ann", "secret"));
      CompletionStage<AuthOutcome> second = file.authenticate(attempt("ann", "no"));
      CompletionStage<AuthOutcome> third = file.authenticate(attempt("ann", "secret"));

      assertThat(third.toCompletableFuture()).isCompletedWithValue(BUSY);
      assertThat(first.toCompletableFuture()).isNotDone();
      release.countDown();
      assertThat(get(first)).isEqualTo(new AuthOutcome.Accepted("ann"));
      assertThat(get(second)).isEqualTo(BAD);
    }
  }

  @Test
  void whoeverWaitsWhenItClosesIsRefused() throws Exception {
    ThreadPoolExecutor threads = PasswordFileAuthenticator.threads(1, 2);
    CountDownLatch release = new CountDownLatch(1);
    threads.execute(() -> await(release));
    Authenticator file = withThreads(threads);
    CompletionStage<AuthOutcome> waiting = file.authenticate(attempt("ann", "secret"));
    file.close();

    assertThat(get(waiting)).isEqualTo(BUSY);
    assertThat(outcome(file, "ann", "secret")).isEqualTo(BUSY);
    release.countDown();
  }

  @Test
  void anAttemptNobodyWaitsForAnyMoreIsNotHashed() throws Exception {
    ThreadPoolExecutor threads = PasswordFileAuthenticator.threads(1, 2);
    CountDownLatch release = new CountDownLatch(1);
    threads.execute(() -> await(release));
    try (Authenticator file = withThreads(threads)) {
      file.authenticate(attempt("ann", "secret")).toCompletableFuture().cancel(false);
      CompletionStage<AuthOutcome> behind = file.authenticate(attempt("ann", "no"));
      release.countDown();

      assertThat(get(behind)).isEqualTo(BAD);
      assertThat(file.authenticate(attempt("ann", "secret")).toCompletableFuture())
          .as("a password that had been verified would be accepted at once")
          .isNotDone();
    }
  }

  @Test
  void everyWrongLineIsNamed() {
    assertThatThrownBy(
            () -> create("nonsense\n" + line("ann", "x") + ":h\nbob:$x\n" + line("ann", "y")))
        .isInstanceOf(Settings.Invalid.class)
        .hasMessageContaining(home.resolve("users") + ":1: expected username:hash")
        .hasMessageContaining("users:3: expected username:hash")
        .hasMessageContaining("users:4: expected a hash that begins with")
        .hasMessageContaining("users:5: the user name occurs twice");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstName() throws Exception {
    try (Authenticator file = create("\uFEFF" + line("ann", "secret"))) {
      assertThat(outcome(file, "ann", "secret")).isEqualTo(new AuthOutcome.Accepted("ann"));
    }
    try (Authenticator file = create("\uFEFF# staff\n" + line("ann", "secret"))) {
      assertThat(outcome(file, "ann", "secret")).isEqualTo(new AuthOutcome.Accepted("ann"));
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    Settings missing = new Settings(Map.of("file", "missing"), home);
    assertThatThrownBy(() -> new PasswordFileAuthenticatorProvider().create(missing))
        .isInstanceOf(Settings.Invalid.class)
        .hasMessage(home.resolve("missing") + ": no such file");
    assertThatThrownBy(
            () -> new PasswordFileAuthenticatorProvider().create(new Settings(Map.of(), home)))
        .isInstanceOf(Settings.Invalid.class);
  }

  @Test
  void theProviderIsFoundByName() {
    PasswordFileAuthenticatorTest.class.getModule().addUses(AuthenticatorProvider.class);

    assertThat(ServiceLoader.load(AuthenticatorProvider.class))
        .extracting(AuthenticatorProvider::name)
        .contains("password-file");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Authenticator withThreads(ThreadPoolExecutor threads) {
    // many iterations: what has to be hashed is not done at once
    String encoded = PasswordHash.hash("secret".getBytes(UTF_8), 100_000, new SecureRandom());
    return new PasswordFileAuthenticator(
        Map.of("ann", PasswordHash.parse(encoded)), threads, true, new SecureRandom());
  }

  private Authenticator create(String lines) throws IOException {
    return create(lines, Map.of());
  }

  private Authenticator create(String lines, Map<String, Object> more) throws IOException {
    Files.writeString(home.resolve("users"), lines);
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("file", "users");
    return new PasswordFileAuthenticatorProvider().create(new Settings(settings, home));
  }

  private static String line(String username, String password) {
    return username
        + ":"
        + PasswordHash.hash(password.getBytes(UTF_8), 100, new SecureRandom())
        + "\n";
  }

  private static AuthOutcome outcome(Authenticator file, String username, String password)
      throws Exception {
    return outcome(file, attempt(username, password));
  }

  private static AuthOutcome outcome(Authenticator file, ConnectAttempt attempt) throws Exception {
    return get(file.authenticate(attempt));
  }

  private static AuthOutcome get(CompletionStage<AuthOutcome> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static ConnectAttempt attempt(String username, String password) {
    return attempt(Optional.of(username), Optional.of(password.getBytes(UTF_8)));
  }

  private static ConnectAttempt attempt(Optional<String> username, Optional<byte[]> password) {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 1883);
    return new ConnectAttempt(
        "c",
        username,
        password,
        ProtocolVersion.MQTT_5,
        true,
        ClientEndpoint.direct(address, address, "tcp"));
  }
}
