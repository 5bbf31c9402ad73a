package io.strmqtt.dist.blackbox;

import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientConfig;
import com.hivemq.client.mqtt.mqtt5.auth.Mqtt5EnhancedAuthMechanism;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5Auth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5AuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuth;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5EnhancedAuthBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5Disconnect;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/** SCRAM as an authentication mechanism of the HiveMQ client, which leaves it to its users. */
final class HiveMqScram implements Mqtt5EnhancedAuthMechanism {
  private final Supplier<ScramClient> exchanges;
  private final String method;
  private volatile ScramClient exchange;

  /** What became of each exchange, in order. */
  final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();

  HiveMqScram(Supplier<ScramClient> exchanges) {
    this.exchanges = exchanges;
    this.exchange = exchanges.get();
    this.method = exchange.method();
  }

  @Override
  public MqttUtf8String getMethod() {
    return MqttUtf8String.of(method);
  }

  @Override
  public int getTimeout() {
    return 10;
  }

  @Override
  public CompletableFuture<Void> onAuth(
      Mqtt5ClientConfig config, Mqtt5Connect connect, Mqtt5EnhancedAuthBuilder builder) {
    exchange = exchanges.get();
    builder.data(exchange.first());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> onReAuth(Mqtt5ClientConfig config, Mqtt5AuthBuilder builder) {
    exchange = exchanges.get();
    builder.data(exchange.first());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Boolean> onContinue(
      Mqtt5ClientConfig config, Mqtt5Auth auth, Mqtt5AuthBuilder builder) {
    builder.data(exchange.answer(bytes(auth.getData())));
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public CompletableFuture<Boolean> onAuthSuccess(Mqtt5ClientConfig config, Mqtt5ConnAck connack) {
    return verified("in", connack.getEnhancedAuth().flatMap(Mqtt5EnhancedAuth::getData));
  }

  @Override
  public CompletableFuture<Boolean> onReAuthSuccess(Mqtt5ClientConfig config, Mqtt5Auth auth) {
    return verified("in again", auth.getData());
  }

  private CompletableFuture<Boolean> verified(String what, Optional<ByteBuffer> last) {
    boolean right = exchange.isRight(bytes(last));
    outcomes.add(right ? what : "the broker does not know the password");
    return CompletableFuture.completedFuture(right);
  }

  private static byte[] bytes(Optional<ByteBuffer> data) {
    ByteBuffer buffer = data.orElseThrow();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public void onAuthRejected(Mqtt5ClientConfig config, Mqtt5ConnAck connack) {
    outcomes.add("rejected: " + connack.getReasonCode());
  }

  @Override
  public void onReAuthRejected(Mqtt5ClientConfig config, Mqtt5Disconnect disconnect) {
    outcomes.add("rejected later: " + disconnect.getReasonCode());
  }

  @Override
  public void onAuthError(Mqtt5ClientConfig config, Throwable cause) {
    outcomes.add("error: " + cause);
  }

  @Override
  public void onReAuthError(Mqtt5ClientConfig config, Throwable cause) {
    outcomes.add("error later: " + cause);
  }
}
