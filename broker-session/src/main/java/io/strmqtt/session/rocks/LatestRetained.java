package io.strmqtt.session.rocks;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which change of a topic's retained message is the latest that was handed to the committer.
 * Threads change one topic in an order that their units may not keep; what comes too late is not
 * written. Remembers a topic only while changes of it are on their way.
 */
final class LatestRetained {
  private final ConcurrentMap<String, Topic> topics = new ConcurrentHashMap<>();

  /**
   * A change is on its way.
   *
   * @return whether others of the topic are, too
   */
  boolean expect(String topic) {
    Topic now =
        topics.merge(
            topic, new Topic(1, 0), (there, one) -> new Topic(there.expected + 1, there.latest));
    return now.expected > 1;
  }

  /** It has come: whether none with a greater stamp has come before. */
  boolean isLatest(String topic, long stamp) {
    boolean[] latest = {true};
    topics.computeIfPresent(
        topic,
        (key, there) -> {
          latest[0] = stamp > there.latest;
          return there.expected == 1
              ? null
              : new Topic(there.expected - 1, Math.max(stamp, there.latest));
        });
    return latest[0];
  }

  /**
   * @param expected changes that have not come yet
   * @param latest the greatest stamp that has come
   */
  private record Topic(int expected, long latest) {}
}
