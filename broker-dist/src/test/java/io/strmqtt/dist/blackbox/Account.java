package io.strmqtt.dist.blackbox;

import io.strmqtt.mqtt.packet.MqttPacket.Connack;
import io.strmqtt.mqtt.packet.MqttPacket.Connect;
import io.strmqtt.mqtt.packet.MqttVersion;
import io.strmqtt.mqtt.packet.Properties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A user name and a password, in a password file made by the image's own command. */
record Account(String username, String password) {
  static final Account DEVICE = new Account("device", "correct horse");

  /** Configuration: this account, and nobody else, may connect. */
  String hocon() {
    return """
        authentication {
          allow_anonymous = false
          authenticator = password-file
          password-file { file = "%s" }
        }
        """
        .formatted(passwordFile());
  }

  /**
   * A file with this account alone.
   *
   * @param options for the command that makes it
   */
  Path passwordFile(String... options) {
    try {
      Path file = Files.createTempFile("st-rmqtt", ".passwords");
      Path image = Path.of(System.getProperty("image.home", "target/st-rmqtt"));
      List<String> command =
          new ArrayList<>(
              List.of(
                  image.resolve("bin/st-rmqtt").toString(),
                  "hash-password",
                  "--iterations",
                  "1000"));
      command.addAll(List.of(options));
      command.add(username);
      Process hash =
          new ProcessBuilder(command)
              .redirectOutput(file.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (var in = hash.getOutputStream()) {
        in.write((password + "\n").getBytes(StandardCharsets.UTF_8));
      }
      if (!hash.waitFor(30, TimeUnit.SECONDS) || hash.exitValue() != 0) {
        hash.destroyForcibly();
        throw new AssertionError("hash-password failed");
      }
      return file;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends CONNECT with these credentials. */
  Connack connect(RawClient client, MqttVersion version, String clientId) {
    client.send(
        new Connect(
            version,
            clientId,
            true,
            60,
            Optional.empty(),
            Optional.of(username),
            Optional.of(password.getBytes(StandardCharsets.UTF_8)),
            Properties.NONE));
    return client.receive(Connack.class);
  }
}
