package io.strmqtt.mqtt.topic;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A valid topic filter, possibly of a shared subscription.
 *
 * @param full as the client sent it
 * @param share the name of the shared subscription
 * @param filter what topics are matched with: {@code full} without {@code $share/name/}
 */
public record TopicFilter(String full, Optional<String> share, String filter) {
  private static final String SHARE = "$share/";

  /** The filter, or null if section 4.7 or 4.8.2 does not allow it. */
  public static @Nullable TopicFilter parse(String full) {
    if (!Topics.isValidLength(full)) {
      return null;
    }
    if (!full.startsWith(SHARE)) {
      return hasValidWildcards(full) ? new TopicFilter(full, Optional.empty(), full) : null;
    }
    int slash = full.indexOf('/', SHARE.length());
    if (slash <= SHARE.length() || slash == full.length() - 1) {
      return null; // MQTT-4.8.2-1
    }
    String share = full.substring(SHARE.length(), slash);
    String filter = full.substring(slash + 1);
    if (share.indexOf('+') >= 0 || share.indexOf('#') >= 0 || !hasValidWildcards(filter)) {
      return null; // MQTT-4.8.2-2
    }
    return new TopicFilter(full, Optional.of(share), filter);
  }

  public boolean isShared() {
    return share.isPresent();
  }

  public boolean hasWildcard() {
    return filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0;
  }

  private static boolean hasValidWildcards(String filter) {
    int last = filter.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = filter.charAt(i);
      if (c != '+' && c != '#') {
        continue;
      }
      boolean opensLevel = i == 0 || filter.charAt(i - 1) == '/';
      boolean closesLevel = c == '#' ? i == last : i == last || filter.charAt(i + 1) == '/';
      if (!opensLevel || !closesLevel) {
        return false; // MQTT-4.7.1-1, MQTT-4.7.1-2
      }
    }
    return true;
  }
}
