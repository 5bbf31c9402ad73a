package io.strmqtt.core;

import io.strmqtt.api.auth.Authenticator;
import io.strmqtt.api.auth.Authorizer;
import io.strmqtt.api.auth.EnhancedAuthenticator;
import io.strmqtt.api.store.Storage;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What an engine is made of.
 *
 * @param version the broker's, for people
 * @param authenticator if none, and there are no methods either, every CONNECT is let in
 * @param methods who serves which method of enhanced authentication
 * @param allowAnonymous whether a CONNECT without credentials is let in although there is an
 *     authenticator
 * @param authorizer if none, everyone may do everything
 * @param sys the broker's own topics
 * @param clock wall clock, for records and message expiry
 * @param nanoTime monotonic, for deadlines
 * @param random makes client ids for those who have none
 */
public record EngineParts(
    String version,
    Limits limits,
    Storage storage,
    Optional<Authenticator> authenticator,
    Map<String, EnhancedAuthenticator> methods,
    boolean allowAnonymous,
    Optional<Authorizer> authorizer,
    SysSettings sys,
    Clock clock,
    LongSupplier nanoTime,
    RandomGenerator random) {}
