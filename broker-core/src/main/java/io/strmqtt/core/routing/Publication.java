package io.strmqtt.core.routing;

import io.strmqtt.api.Message;
import io.strmqtt.api.store.QueueStore;
import io.strmqtt.mqtt.codec.PublishFrame;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A message with its encoded frames, each made once, by whoever needs it first, and shared by all
 * subscribers of the same kind (protocol generation, QoS 0 or above, RETAIN). Frames are plain
 * arrays: no reference counts to get wrong.
 */
public final class Publication {
  private static final VarHandle FRAMES = MethodHandles.arrayElementVarHandle(PublishFrame[].class);
  private static final AtomicIntegerFieldUpdater<Publication> HOLDERS =
      AtomicIntegerFieldUpdater.newUpdater(Publication.class, "holders");

  /** What a copy takes for each session it waits for, in bytes. */
  private static final int COPY = 96;

  /** Messages of fewer bytes are counted for each copy: cheaper than to count who has them. */
  private static final int COUNTED_ONCE = 512;

  private final Message message;
  private final int weight;
  private final @Nullable PublishFrame[] frames = new PublishFrame[8];
  private volatile int holders;

  /** In the queues it waits in; 0 while it waits in none. Written before it leaves its thread. */
  private long number;

  public Publication(Message message) {
    this(message, 0);
  }

  private Publication(Message message, long number) {
    this.message = message;
    this.weight = message.weight();
    this.number = number;
  }

  /** One that waits in a queue already. */
  public static Publication ofStored(Message message, long number) {
    return new Publication(message, number);
  }

  public Message message() {
    return message;
  }

  long number() {
    return number;
  }

  /** Its number in queues, given by the store the first time. */
  long number(QueueStore queues) {
    if (number == 0) {
      number = queues.nextNumber();
    }
    return number;
  }

  /**
   * The packet for subscribers of a kind without subscription identifiers. Its message expiry
   * interval, if it has one, is for each copy to say.
   */
  public PublishFrame frame(MqttVersion version, int qos, boolean retain) {
    int slot = (version == MqttVersion.V5 ? 4 : 0) + (qos > 0 ? 2 : 0) + (retain ? 1 : 0);
    PublishFrame frame = (PublishFrame) FRAMES.getAcquire(frames, slot);
    if (frame == null) {
      // Two threads may both encode: the frames are equal, and either may stay.
      frame = frame(version, qos, retain, NO_IDENTIFIERS);
      FRAMES.setRelease(frames, slot, frame);
    }
    return frame;
  }

  /** The packet for a subscriber with these subscription identifiers. */
  public PublishFrame frame(MqttVersion version, int qos, boolean retain, int[] identifiers) {
    return PublishFrame.of(
        packet(
            version,
            Math.min(qos, 1),
            retain,
            false,
            qos > 0 ? 1 : 0,
            identifiers,
            message.properties().expiryInterval()),
        version);
  }

  /**
   * One more session has the message in memory; any thread.
   *
   * @return bytes that this adds to what all sessions hold together
   */
  public long hold() {
    if (weight < COUNTED_ONCE) {
      return weight;
    }
    return HOLDERS.getAndIncrement(this) == 0 ? weight + COPY : COPY;
  }

  /**
   * A session that held the message has it no more; any thread.
   *
   * @return bytes that this takes from what all sessions hold together
   */
  public long letGo() {
    if (weight < COUNTED_ONCE) {
      return weight;
    }
    return HOLDERS.decrementAndGet(this) == 0 ? weight + COPY : COPY;
  }

  private static final int[] NO_IDENTIFIERS = {};

  /**
   * The packet for one subscriber.
   *
   * @param expiry the remaining message expiry interval in seconds, below 0 for none
   */
  public Publish packet(
      MqttVersion version,
      int qos,
      boolean retain,
      boolean dup,
      int packetId,
      int[] identifiers,
      long expiry) {
    Properties properties =
        version == MqttVersion.V5 ? properties(identifiers, expiry) : Properties.NONE;
    return new Publish(message.topic(), qos, retain, dup, packetId, message.payload(), properties);
  }

  private Properties properties(int[] identifiers, long expiry) {
    Message.Properties from = message.properties();
    if (from == Message.Properties.NONE && identifiers.length == 0) {
      return Properties.NONE;
    }
    Properties.Builder to = Properties.builder();
    if (from.payloadFormat() >= 0) {
      to.add(Property.PAYLOAD_FORMAT_INDICATOR, from.payloadFormat());
    }
    if (expiry >= 0) {
      to.add(Property.MESSAGE_EXPIRY_INTERVAL, expiry);
    }
    from.contentType().ifPresent(v -> to.add(Property.CONTENT_TYPE, v));
    from.responseTopic().ifPresent(v -> to.add(Property.RESPONSE_TOPIC, v));
    from.correlationData().ifPresent(v -> to.add(Property.CORRELATION_DATA, v));
    for (int identifier : identifiers) {
      to.add(Property.SUBSCRIPTION_IDENTIFIER, identifier);
    }
    from.userProperties().forEach(p -> to.addUser(p.name(), p.value()));
    return to.build();
  }

  int weight() {
    return weight;
  }
}
