package io.strmqtt.dist.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Environment variables that look like ours and are not. One with a typing error would change
 * nothing, and nobody would be told.
 */
final class Lookalikes {
  private static final Pattern LOOKED_UP = Pattern.compile("\\$\\{\\?([A-Z0-9_]+)}");

  /** Read by the launcher. */
  private static final List<String> LAUNCHER = List.of("ST_RMQTT_LOG_LEVEL", "ST_RMQTT_LOG_DIR");

  /** What Kubernetes sets in each container for each service. */
  private static final Pattern OF_SERVICES =
      Pattern.compile(".*_SERVICE_HOST|.*_SERVICE_PORT.*|.*_PORT_\\d+_(TCP|UDP).*");

  private Lookalikes() {}

  /** The variables that a configuration text looks up, and those of the launcher. */
  static Set<String> known(String text) {
    Set<String> known = new TreeSet<>(LAUNCHER);
    LOOKED_UP.matcher(text).results().forEach(match -> known.add(match.group(1)));
    return known;
  }

  /**
   * A line for each variable that nobody has looked up and that is nearly one that somebody would.
   *
   * @param used names that the configuration has looked up
   */
  static List<String> warnings(
      Map<String, String> environment, Set<String> known, Set<String> used) {
    return environment.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .filter(each -> !known.contains(each.getKey()) && !used.contains(each.getKey()))
        .filter(each -> !isOfService(each.getKey(), each.getValue()))
        .flatMap(
            each ->
                nearest(each.getKey(), known).stream()
                    .map(
                        near ->
                            "the environment variable "
                                + each.getKey()
                                + " is not known (did you mean "
                                + near
                                + "?)"))
        .sorted()
        .toList();
  }

  private static boolean isOfService(String name, String value) {
    return OF_SERVICES.matcher(name).matches()
        || name.endsWith("_PORT") && (value.startsWith("tcp://") || value.startsWith("udp://"));
  }

  private static Optional<String> nearest(String name, Collection<String> known) {
    return Spelling.nearest(name, known)
        .filter(near -> Spelling.distance(name, near) <= 2)
        .or(() -> known.stream().filter(each -> differInOneWord(name, each)).findFirst());
  }

  /** Whether one has a word more than the other, such as MQTT_SSL_PROXY_ENABLED. */
  private static boolean differInOneWord(String a, String b) {
    List<String> longer = List.of(a.length() > b.length() ? a.split("_", -1) : b.split("_", -1));
    List<String> shorter =
        Arrays.asList(a.length() > b.length() ? b.split("_", -1) : a.split("_", -1));
    if (longer.size() != shorter.size() + 1 || shorter.size() < 3) {
      return false;
    }
    int same = 0;
    while (same < shorter.size() && shorter.get(same).equals(longer.get(same))) {
      same++;
    }
    return shorter.subList(same, shorter.size()).equals(longer.subList(same + 1, longer.size()));
  }
}
