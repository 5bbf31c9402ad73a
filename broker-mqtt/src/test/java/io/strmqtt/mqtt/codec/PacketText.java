package io.strmqtt.mqtt.codec;

import io.strmqtt.mqtt.packet.Properties;
import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A packet with all it holds as text: what compares arrays by content and shows differences. */
final class PacketText {
  private PacketText() {}

  static String of(Object value) {
    return switch (value) {
      case null -> "incomplete";
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case String string -> '"' + string + '"';
      case Optional<?> optional -> optional.map(PacketText::of).orElse("none");
      case List<?> list ->
          list.stream().map(PacketText::of).collect(Collectors.joining(", ", "[", "]"));
      case Properties properties -> of(inOrder(properties));
      case Record record -> record.getClass().getSimpleName() + components(record);
      default -> value.toString();
    };
  }

  /** Only properties of one kind have an order that means something. */
  private static List<Properties.Entry> inOrder(Properties properties) {
    return properties.entries().stream()
        .sorted(Comparator.comparing(Properties.Entry::property))
        .toList();
  }

  private static String components(Record record) {
    StringBuilder text = new StringBuilder();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        text.append(text.isEmpty() ? "" : ", ").append(component.getName()).append('=');
        text.append(of(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return "(" + text + ")";
  }
}
