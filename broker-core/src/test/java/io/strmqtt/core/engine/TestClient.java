package io.strmqtt.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.strmqtt.api.Reason;
import io.strmqtt.mqtt.codec.MalformedPacketException;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Disconnect;
import io.strmqtt.mqtt.packet.MqttPacket.Publish;
import io.strmqtt.mqtt.packet.MqttPacket.Suback;
import io.strmqtt.mqtt.packet.MqttPacket.Subscribe;
import io.strmqtt.mqtt.packet.MqttPacket.Unsuback;
import io.strmqtt.mqtt.packet.MqttPacket.Unsubscribe;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client in bytes: sends what it is told, and shows each packet that comes, in order. */
final class TestClient {
  private final EngineFixture broker;
  private final MqttVersion version;
  private final TestConnection connection;
  private final MqttDecoder decoder;
  private final ByteBuf received = Unpooled.buffer();
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
  private @Nullable Connack connack;
  private int lastPacketId;
  private volatile int flights;

  /** The end of the connection, as an event behind the last packet. */
  record Closed(Reason reason) {}

  TestClient(EngineFixture broker, int loop, MqttVersion version, int port) {
    this.broker = broker;
    this.version = version;
    this.decoder = MqttDecoder.forClient(version, 268_435_455);
    this.connection =
        new TestConnection(
            broker.engine(),
            broker.loops().loop(loop),
            broker.allocator(),
            port,
            this::arrived,
            reason -> events.add(new Closed(reason)));
    onLoop(connection::accept);
  }

  private void onLoop(Runnable task) {
    connection.loop().execute(task);
    broker.loops().settle();
  }

  private void arrived(byte[] bytes) {
    if (bytes.length > 0) {
      flights = flights + 1;
    }
    received.writeBytes(bytes);
    MqttPacket packet;
    try {
      while ((packet = decoder.decode(received)) != null) {
        events.add(packet);
      }
    } catch (MalformedPacketException e) {
      throw new AssertionError("the broker sent what no client may accept", e);
    }
  }

  /** Sends the packets so that they arrive in one read. */
  TestClient send(MqttPacket... packets) {
    ByteBuf out = Unpooled.buffer();
    for (MqttPacket packet : packets) {
      MqttEncoder.encode(packet, version, out);
    }
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    onLoop(() -> connection.arrive(bytes));
    return this;
  }

  /** Sends without waiting for what follows: several clients can be made to do so at once. */
  void post(MqttPacket packet) {
    ByteBuf out = Unpooled.buffer();
    MqttEncoder.encode(packet, version, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    connection.loop().execute(() -> connection.arrive(bytes));
  }

  /** How often something has come, be it one packet or many at once. */
  int flights() {
    return flights;
  }

  /** All that has come, packets and the end. */
  List<Object> drain() {
    List<Object> all = new java.util.ArrayList<>();
    events.drainTo(all);
    return all;
  }

  TestClient sendHex(String hex) {
    return sendBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  TestClient sendBytes(byte[] bytes) {
    onLoop(() -> connection.arrive(bytes));
    return this;
  }

  /** The connection breaks, without a word. */
  void drop() {
    onLoop(connection::lose);
  }

  /** Whether the socket takes more. */
  void writable(boolean now) {
    onLoop(() -> connection.setWritable(now));
  }

  /** Whether the socket takes nothing of what is flushed, without saying so. */
  void stall(boolean now) {
    onLoop(() -> connection.stall(now));
  }

  /** Bytes that the socket has not taken. */
  long stuck() {
    return connection.unsent();
  }

  boolean isBeingRead() {
    return connection.isReading();
  }

  void disconnect() {
    disconnect(ReasonCode.SUCCESS, Properties.NONE);
  }

  /** Says DISCONNECT and expects the broker to close without another word. */
  void disconnect(ReasonCode code, Properties properties) {
    send(new Disconnect(code, properties));
    assertThat(next()).isInstanceOf(Closed.class);
  }

  private @Nullable Object next() {
    try {
      return events.poll(broker.loops().patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next packet, which must be of the type. */
  <P extends MqttPacket> P receive(Class<P> type) {
    Object event = next();
    assertThat(event).isInstanceOf(type);
    return type.cast(event);
  }

  /** The next event, a packet or {@link Closed}. */
  Object receiveAny() {
    Object event = next();
    assertThat(event).as("something").isNotNull();
    return java.util.Objects.requireNonNull(event);
  }

  Publish receivePublish() {
    return receive(Publish.class);
  }

  /** The next packet is a PUBLISH with the payload. */
  Publish receivePublish(String payload) {
    Publish publish = receivePublish();
    assertThat(text(publish)).isEqualTo(payload);
    return publish;
  }

  /** Nothing has come, and the connection is open. Means something on simulated loops only. */
  void receiveNothing() {
    assertThat(events).isEmpty();
    assertThat(connection.isOpen()).isTrue();
  }

  /** The broker closed without a word. */
  Reason receiveClose() {
    Object event = next();
    assertThat(event).isInstanceOf(Closed.class);
    return event instanceof Closed closed ? closed.reason() : Reason.INTERNAL_ERROR;
  }

  /** The broker said DISCONNECT with the code, then closed. */
  Reason receiveDisconnect(ReasonCode code) {
    assertThat(receive(Disconnect.class).code()).isEqualTo(code);
    return receiveClose();
  }

  TestClient expectConnack() {
    connack = receive(Connack.class);
    assertThat(connack.code()).isEqualTo(ReasonCode.SUCCESS);
    return this;
  }

  Connack connack() {
    return java.util.Objects.requireNonNull(connack);
  }

  int nextPacketId() {
    return ++lastPacketId;
  }

  void publish(String topic, String payload) {
    send(publication(topic, payload, 0, false, 0, Properties.NONE));
  }

  void publish(String topic, String payload, int qos) {
    publish(topic, payload, qos, false, Properties.NONE);
  }

  void retain(String topic, String payload) {
    publish(topic, payload, 0, true, Properties.NONE);
  }

  /** Publishes and goes through the handshake of the QoS. */
  void publish(String topic, String payload, int qos, boolean retain, Properties properties) {
    int packetId = qos == 0 ? 0 : nextPacketId();
    send(publication(topic, payload, qos, retain, packetId, properties));
    if (qos == 1) {
      assertThat(receive(MqttPacket.Puback.class).packetId()).isEqualTo(packetId);
    } else if (qos == 2) {
      assertThat(receive(MqttPacket.Pubrec.class).packetId()).isEqualTo(packetId);
      send(new MqttPacket.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
      assertThat(receive(MqttPacket.Pubcomp.class).packetId()).isEqualTo(packetId);
    }
  }

  static Publish publication(
      String topic, String payload, int qos, boolean retain, int packetId, Properties properties) {
    return new Publish(
        topic, qos, retain, false, packetId, payload.getBytes(StandardCharsets.UTF_8), properties);
  }

  /** Subscribes to one filter and expects the QoS to be granted. */
  TestClient subscribe(String filter, int qos) {
    return subscribe(0, new Subscribe.Request(filter, qos, false, false, 0));
  }

  /**
   * Subscribes and expects everything to be granted.
   *
   * @param identifier 0 for none
   */
  TestClient subscribe(int identifier, Subscribe.Request... requests) {
    List<ReasonCode> codes = askFor(identifier, requests).codes();
    assertThat(codes).hasSize(requests.length);
    for (int i = 0; i < requests.length; i++) {
      assertThat(codes.get(i).value()).isEqualTo(requests[i].qos());
    }
    return this;
  }

  Suback askFor(int identifier, Subscribe.Request... requests) {
    int packetId = nextPacketId();
    send(
        new Subscribe(
            packetId,
            List.of(requests),
            identifier == 0
                ? Properties.NONE
                : Properties.builder().add(Property.SUBSCRIPTION_IDENTIFIER, identifier).build()));
    Suback suback = receive(Suback.class);
    assertThat(suback.packetId()).isEqualTo(packetId); // 3.8.4-2
    return suback;
  }

  List<ReasonCode> unsubscribe(String... filters) {
    int packetId = nextPacketId();
    send(new Unsubscribe(packetId, List.of(filters), Properties.NONE));
    Unsuback unsuback = receive(Unsuback.class);
    assertThat(unsuback.packetId()).isEqualTo(packetId); // 3.10.4-5
    return unsuback.codes();
  }

  void puback(Publish publish) {
    send(new MqttPacket.Puback(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
  }

  void pubrec(Publish publish) {
    send(new MqttPacket.Pubrec(publish.packetId(), ReasonCode.SUCCESS, Properties.NONE));
  }

  void pubcomp(int packetId) {
    send(new MqttPacket.Pubcomp(packetId, ReasonCode.SUCCESS, Properties.NONE));
  }

  static String text(Publish publish) {
    return new String(publish.payload(), StandardCharsets.UTF_8);
  }
}
