package io.strmqtt.mqtt.packet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An immutable property section of MQTT 5, in the order it stands on the wire. Values are of the
 * Java type that {@link Property.Type} names.
 */
public final class Properties {
  /** No properties. */
  public static final Properties NONE = new Properties(List.of());

  /** A property with its value. */
  public record Entry(Property property, Object value) {}

  /** The name and value of a user property. */
  public record Pair(String name, String value) {}

  private final List<Entry> entries;

  private Properties(List<Entry> entries) {
    this.entries = entries;
  }

  public static Builder builder() {
    return new Builder();
  }

  public List<Entry> entries() {
    return entries;
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  public boolean has(Property property) {
    return find(property).isPresent();
  }

  /** The value of a numeric property, or the given one if it is absent. */
  public long number(Property property, long absent) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).property() == property) {
        return (Long) entries.get(i).value();
      }
    }
    return absent;
  }

  public Optional<String> string(Property property) {
    return find(property).map(String.class::cast);
  }

  public Optional<byte[]> binary(Property property) {
    return find(property).map(byte[].class::cast);
  }

  /** The user properties, in order; names may repeat. */
  public List<Pair> userProperties() {
    List<Pair> pairs = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry.property() == Property.USER_PROPERTY) {
        pairs.add((Pair) entry.value());
      }
    }
    return pairs;
  }

  /** All but those of the property. */
  public Properties without(Property property) {
    List<Entry> left = entries.stream().filter(e -> e.property() != property).toList();
    return left.isEmpty() ? NONE : new Properties(left);
  }

  private Optional<Object> find(Property property) {
    for (Entry entry : entries) {
      if (entry.property() == property) {
        return Optional.of(entry.value());
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return entries.toString();
  }

  /** Collects properties; not thread-safe, and of no use once they are built. */
  public static final class Builder {
    private final List<Entry> entries = new ArrayList<>();
    private boolean built;

    private Builder() {}

    /** Adds a numeric property. */
    public Builder add(Property property, long value) {
      return addValue(property, value);
    }

    public Builder add(Property property, String value) {
      return addValue(property, value);
    }

    public Builder add(Property property, byte[] value) {
      return addValue(property, value);
    }

    public Builder add(Entry entry) {
      return addValue(entry.property(), entry.value());
    }

    public Builder addUser(String name, String value) {
      return addValue(Property.USER_PROPERTY, new Pair(name, value));
    }

    public boolean has(Property property) {
      return entries.stream().anyMatch(e -> e.property() == property);
    }

    private Builder addValue(Property property, Object value) {
      if (built) {
        throw new IllegalStateException("the properties are built");
      }
      entries.add(new Entry(property, value));
      return this;
    }

    public Properties build() {
      built = true; // So the list need not be copied.
      return entries.isEmpty() ? NONE : new Properties(Collections.unmodifiableList(entries));
    }
  }
}
