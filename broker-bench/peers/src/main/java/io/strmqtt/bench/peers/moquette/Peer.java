package io.strmqtt.bench.peers.moquette;

import io.moquette.broker.Server;
import io.moquette.broker.config.IConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Moquette with its persistence, which is flushed when its store thinks it is time. */
public final class Peer {
  private Peer() {}

  /**
   * @param args the port, and a folder for the data
   */
  public static void main(String[] args) throws Exception {
    Path data = Files.createDirectories(Path.of(args[1]).resolve("data"));
    Properties properties = new Properties();
    properties.setProperty(IConfig.PORT_PROPERTY_NAME, args[0]);
    properties.setProperty(IConfig.HOST_PROPERTY_NAME, "127.0.0.1");
    properties.setProperty(IConfig.WEB_SOCKET_PORT_PROPERTY_NAME, "disabled");
    properties.setProperty(IConfig.DATA_PATH_PROPERTY_NAME, data.toString());
    properties.setProperty(IConfig.PERSISTENCE_ENABLED_PROPERTY_NAME, "true");
    properties.setProperty(IConfig.PERSISTENT_QUEUE_TYPE_PROPERTY_NAME, "segmented");
    properties.setProperty(IConfig.ENABLE_TELEMETRY_NAME, "false");
    new Server().startServer(properties);
    System.out.println("ready");
  }
}
