package io.strmqtt.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.strmqtt.mqtt.codec.MqttDecoder;
import io.strmqtt.mqtt.codec.MqttEncoder;
import io.strmqtt.mqtt.packet.MqttPacket;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import io.strmqtt.mqtt.packet.Property;
import java.util.Optional;

/**
 * A client that tells its {@link Role} what happens. All of it on the group's loop. It speaks MQTT
 * 5, or 3.1.1 with {@code -Dbench.mqtt=3.1.1}.
 */
final class Client extends ChannelInboundHandlerAdapter {
  private static final MqttVersion VERSION =
      "3.1.1".equals(System.getProperty("bench.mqtt")) ? MqttVersion.V3_1_1 : MqttVersion.V5;

  private final String id;
  private final Role role;
  private final MqttDecoder decoder = MqttDecoder.forClient(VERSION, 268_435_455);
  private final ByteBuf received = Unpooled.buffer();
  private Channel channel;

  /** What a client is there for. */
  interface Role {
    void connected(Client client);

    void received(Client client, MqttPacket packet);

    default void closed(Client client) {
      throw new IllegalStateException("the broker has closed the connection of " + client.id);
    }
  }

  private Client(String id, Role role, Channel channel) {
    this.id = id;
    this.role = role;
    this.channel = channel;
  }

  /** Connects to loopback; what the role does not expect ends the program. */
  static void open(EventLoopGroup group, int port, String id, Role role) {
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Client(id, role, channel));
              }
            })
        .connect("127.0.0.1", port)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                StoreLoad.fail(connected.cause());
              }
            });
  }

  /**
   * @param sessionExpiry seconds; 0 for a session that ends with the connection. MQTT 3.1.1 knows
   *     only that and for ever, and has no clean start of a session that stays
   */
  void connect(boolean cleanStart, long sessionExpiry) {
    send(
        new MqttPacket.Connect(
            VERSION,
            id,
            VERSION == MqttVersion.V5 ? cleanStart : sessionExpiry == 0,
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            VERSION == MqttVersion.V5
                ? Properties.builder().add(Property.SESSION_EXPIRY_INTERVAL, sessionExpiry).build()
                : Properties.NONE));
  }

  void send(MqttPacket packet) {
    ByteBuf out = channel.alloc().buffer();
    MqttEncoder.encode(packet, VERSION, out);
    channel.write(out, channel.voidPromise());
  }

  void flush() {
    channel.flush();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    role.connected(this);
    flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    ByteBuf bytes = (ByteBuf) message;
    received.writeBytes(bytes);
    bytes.release();
    MqttPacket packet;
    while ((packet = decoder.decode(received)) != null) {
      role.received(this, packet);
    }
    received.discardSomeReadBytes();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    role.closed(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    StoreLoad.fail(cause);
  }
}
