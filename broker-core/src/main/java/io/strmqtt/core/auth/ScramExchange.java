package io.strmqtt.core.auth;

import io.strmqtt.api.Reason;
import io.strmqtt.api.auth.AuthExchange;
import io.strmqtt.api.auth.AuthStep;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM exchange (RFC 5802): the client says who it is, is given salt and
 * iterations, and proves that it knows the password; the last message proves that the server knows
 * it, too. Without channel binding. A few hashes, so all of it happens on the event loop.
 */
final class ScramExchange implements AuthExchange {
  private final ScramMechanism mechanism;
  private final Function<String, ScramCredential> credentials;
  private final Supplier<String> nonces;
  private @Nullable Begun begun;
  private boolean asked;

  /** What is kept of the first two messages. */
  private record Begun(
      ScramMessage.ClientFirst first,
      String username,
      String nonce,
      String serverFirst,
      ScramCredential of) {}

  /**
   * @param credentials of a user name that has been prepared (RFC 4013); made up, if there is no
   *     such user
   * @param nonces makes the server's part of the nonce: printable ASCII without commas
   */
  ScramExchange(
      ScramMechanism mechanism,
      Function<String, ScramCredential> credentials,
      Supplier<String> nonces) {
    this.mechanism = mechanism;
    this.credentials = credentials;
    this.nonces = nonces;
  }

  @Override
  public CompletionStage<AuthStep> next(Optional<byte[]> data) {
    Begun so = begun;
    AuthStep step;
    try {
      if (data.isEmpty() && so == null && !asked) {
        asked = true;
        // A client that waits to be asked: SASL has an empty challenge for it (RFC 5802, section
        // 5).
        step = new AuthStep.Continue(Optional.empty());
      } else {
        byte[] message = data.orElse(new byte[0]);
        step = so == null ? first(message) : last(so, message);
      }
    } catch (ScramMessage.Malformed e) {
      step = new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, so == null ? "" : so.username);
    }
    return CompletableFuture.completedFuture(step);
  }

  private AuthStep first(byte[] message) throws ScramMessage.Malformed {
    ScramMessage.ClientFirst first = ScramMessage.ClientFirst.parse(message);
    Optional<String> prepared = Saslprep.query(first.username()).filter(name -> !name.isEmpty());
    if (prepared.isEmpty()) {
      return new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, first.username());
    }
    if (!first.authorization().isEmpty() && !first.authorization().equals(first.username())) {
      return new AuthStep.Rejected(Reason.NOT_AUTHORIZED, first.username()); // for another user
    }
    ScramCredential credential = credentials.apply(prepared.get());
    String nonce = first.nonce() + nonces.get();
    String serverFirst =
        "r="
            + nonce
            + ",s="
            + Base64.getEncoder().encodeToString(credential.salt())
            + ",i="
            + credential.iterations();
    begun = new Begun(first, prepared.get(), nonce, serverFirst, credential);
    return new AuthStep.Continue(ScramCredential.ascii(serverFirst));
  }

  private AuthStep last(Begun so, byte[] message) throws ScramMessage.Malformed {
    ScramMessage.ClientFinal last = ScramMessage.ClientFinal.parse(message);
    String username = so.username;
    if (!MessageDigest.isEqual(last.binding(), so.first.header())
        || !last.nonce().equals(so.nonce)
        || last.proof().length != mechanism.bytes()) {
      return new AuthStep.Rejected(Reason.BAD_AUTH_EXCHANGE, username);
    }
    byte[] spoken =
        (so.first.bare() + "," + so.serverFirst + "," + last.withoutProof())
            .getBytes(StandardCharsets.UTF_8);
    byte[] clientKey = mechanism.hmac(so.of.storedKey(), spoken);
    for (int i = 0; i < clientKey.length; i++) {
      clientKey[i] ^= last.proof()[i];
    }
    if (!MessageDigest.isEqual(mechanism.digest(clientKey), so.of.storedKey())) {
      return new AuthStep.Rejected(Reason.BAD_CREDENTIALS, username);
    }
    byte[] signature = mechanism.hmac(so.of.serverKey(), spoken);
    return new AuthStep.Accepted(
        username,
        Optional.of(ScramCredential.ascii("v=" + Base64.getEncoder().encodeToString(signature))));
  }
}
