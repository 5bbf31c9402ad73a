package io.strmqtt.dist.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sections where the defaults have sections. In HOCON a plain value ({@code listener = 5}) hides
 * all that stands below its key elsewhere, and so does null.
 */
final class Shape {
  private Shape() {}

  /** The plain values that stand where a section belongs, by path. */
  static Map<String, ConfigValue> misplaced(ConfigObject values, ConfigObject defaults) {
    Map<String, ConfigValue> found = new TreeMap<>();
    collect("", values, defaults, found);
    return found;
  }

  private static void collect(
      String prefix, ConfigObject values, ConfigObject defaults, Map<String, ConfigValue> found) {
    defaults.forEach(
        (key, value) -> {
          if (value instanceof ConfigObject section) {
            ConfigValue given = values.get(key);
            if (given instanceof ConfigObject below) {
              collect(prefix + key + ".", below, section, found);
            } else if (given != null && given.valueType() != ConfigValueType.NULL) {
              found.put(prefix + key, given);
            }
          }
        });
  }

  /** The values, with the defaults again where a misplaced value or a null has hidden them. */
  static ConfigObject repaired(ConfigObject values, ConfigObject defaults) {
    ConfigObject result = values;
    for (Map.Entry<String, ConfigValue> entry : defaults.entrySet()) {
      ConfigValue given = values.get(entry.getKey());
      if (given == null || given.valueType() == ConfigValueType.NULL) {
        result = result.withValue(entry.getKey(), entry.getValue());
      } else if (entry.getValue() instanceof ConfigObject section) {
        ConfigValue repaired =
            given instanceof ConfigObject below ? repaired(below, section) : section;
        result = result.withValue(entry.getKey(), repaired);
      }
    }
    return result;
  }
}
