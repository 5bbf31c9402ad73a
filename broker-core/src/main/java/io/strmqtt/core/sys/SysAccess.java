package io.strmqtt.core.sys;

import io.strmqtt.api.auth.Authorizer;
import java.util.function.Predicate;

/** Lets only the readers subscribe to {@code $SYS}; asks the authorizer for everything else. */
public final class SysAccess implements Authorizer {
  private final Authorizer authorizer;
  private final Predicate<Subject> mayRead;

  public SysAccess(Authorizer authorizer, Predicate<Subject> mayRead) {
    this.authorizer = authorizer;
    this.mayRead = mayRead;
  }

  /** Whether a topic, or all topics that a filter matches, are the broker's own. */
  public static boolean isSys(String topicOrFilter) {
    // Filters that begin with a wildcard match no such topic: MQTT-4.7.2-1.
    return topicOrFilter.startsWith("$SYS/") || topicOrFilter.equals("$SYS");
  }

  /**
   * Whether a bridge tells by it whether it is connected, as a publication or a will. A bridge that
   * is refused does not get in; nobody else could be told apart from a bridge of 5.0, and nothing
   * is published.
   */
  public static boolean isBridgeNotification(String topic) {
    return topic.startsWith("$SYS/broker/connection/");
  }

  @Override
  public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
    return authorizer.mayPublish(subject, topic, qos, retain);
  }

  @Override
  public boolean maySubscribe(Subject subject, String filter, int qos) {
    return (!isSys(filter) || mayRead.test(subject))
        && authorizer.maySubscribe(subject, filter, qos);
  }

  @Override
  public void close() {
    authorizer.close();
  }
}
