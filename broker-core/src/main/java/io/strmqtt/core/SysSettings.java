package io.strmqtt.core;

import io.strmqtt.api.auth.Authorizer;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The broker's own topics, {@code $SYS/broker/...}.
 *
 * @param interval between two publications; zero for no such topics
 * @param mayRead who may subscribe to them; an authorizer has to agree, too. Asked on event loops:
 *     must not block
 */
public record SysSettings(Duration interval, Predicate<Authorizer.Subject> mayRead) {
  /** No such topics. */
  public static final SysSettings OFF = new SysSettings(Duration.ZERO, subject -> false);
}
