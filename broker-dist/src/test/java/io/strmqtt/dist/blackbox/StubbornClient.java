package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.io.UncheckedIOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client with a session that never gives up, on a thread of its own: whenever its connection
 * ends, it makes another. Now and then it ends one itself.
 */
abstract class StubbornClient {
  private static final Properties HOUR =
      Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, 3600).build();

  protected final String id;
  protected final Random random;
  private final Quay quay;
  private final MqttVersion version;
  private final Thread thread;
  private @Nullable RawClient connection;
  private boolean mayDrop = true;
  private boolean hasSession;
  private volatile @Nullable Throwable failure;

  StubbornClient(String id, MqttVersion version, Quay quay, long seed) {
    this.id = id;
    this.version = version;
    this.quay = quay;
    this.random = new Random(seed);
    this.thread = Thread.ofPlatform().daemon().name(id).unstarted(this::run);
  }

  /** A connection has been accepted. */
  protected abstract void connected(RawClient client);

  protected abstract void received(RawClient client, MqttPacket packet);

  String id() {
    return id;
  }

  void start() {
    thread.start();
  }

  /** From now on it keeps its connections. */
  synchronized void settle() {
    mayDrop = false;
  }

  /** Ends the thread; the quay has been abandoned. */
  void stop() {
    RawClient open;
    synchronized (this) {
      open = connection;
    }
    if (open != null) {
      open.close();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fails if the broker has done to this client what it must not. */
  void insistOnNoFailure() {
    Throwable what = failure;
    if (what != null) {
      throw new AssertionError(id + ": " + what, what);
    }
  }

  private void run() {
    while (quay.awaitOpen()) {
      try (RawClient client = RawClient.open(quay.port(), version)) {
        synchronized (this) {
          connection = client;
        }
        client.socket().setSoTimeout(0);
        if (begin(client)) {
          exchange(client);
        }
      } catch (UncheckedIOException | java.io.IOException e) {
        // The broker is gone; the next one is not.
      } catch (RuntimeException | AssertionError e) {
        failure = e;
        return;
      }
    }
  }

  private boolean begin(RawClient client) {
    client.send(
        new MqttPacket.Connect(
            version,
            id,
            false,
            0,
            java.util.Optional.empty(),
            java.util.Optional.empty(),
            java.util.Optional.empty(),
            version == MqttVersion.V5 ? HOUR : Properties.NONE));
    MqttPacket answer = client.receive();
    if (answer == null) {
      return false;
    }
    Connack connack = (Connack) answer;
    if (connack.code() != ReasonCode.SUCCESS) {
      throw new AssertionError("refused: " + connack);
    }
    if (hasSession && !connack.sessionPresent()) {
      throw new AssertionError("the session it was told of is lost");
    }
    hasSession = true;
    connected(client);
    return true;
  }

  private void exchange(RawClient client) {
    MqttPacket packet;
    while ((packet = client.receive()) != null) {
      received(client, packet);
      if (random.nextInt(1000) == 0 && mayDrop()) {
        return;
      }
    }
  }

  private synchronized boolean mayDrop() {
    return mayDrop;
  }
}
