package io.strmqtt.bench.peers.hivemq;

import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * HiveMQ CE with its defaults, but for the port, queues and windows without a bound, and everybody
 * let in.
 */
public final class Peer {
  private Peer() {}

  /**
   * @param args the port, and a folder for the data
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(
        conf.resolve("config.xml"),
        """
        <hivemq>
          <listeners>
            <tcp-listener><port>%s</port><bind-address>127.0.0.1</bind-address></tcp-listener>
          </listeners>
          <mqtt>
            <queued-messages><max-queue-size>100000000</max-queue-size></queued-messages>
            <receive-maximum><server-receive-maximum>65535</server-receive-maximum></receive-maximum>
          </mqtt>
          <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
        </hivemq>
        """
            .formatted(args[0]));
    EmbeddedExtension everybody =
        EmbeddedExtension.builder()
            .withId("everybody")
            .withName("everybody")
            .withVersion("1")
            .withExtensionMain(new Everybody())
            .build();
    EmbeddedHiveMQ.builder()
        .withConfigurationFolder(conf)
        .withDataFolder(Files.createDirectories(folder.resolve("data")))
        .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
        .withEmbeddedExtension(everybody)
        .build()
        .start()
        .join();
    System.out.println("ready");
  }

  private static final class Everybody implements ExtensionMain {
    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      SimpleAuthenticator yes = (in, out) -> out.authenticateSuccessfully();
      Services.securityRegistry().setAuthenticatorProvider(in -> yes);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }
}
