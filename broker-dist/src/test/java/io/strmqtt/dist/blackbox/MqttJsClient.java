package io.strmqtt.dist.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** mqtt.js, in a process of its own: see {@code src/test/mqttjs/client.cjs}. */
final class MqttJsClient implements ForeignClient {
  private static final Path MODULES = Path.of("../.build/mqttjs/node_modules").toAbsolutePath();

  private final Process process;
  private final Writer commands;
  private final BlockingQueue<Message> inbox;
  private final BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
  private boolean sessionPresent;

  private MqttJsClient(Process process, BlockingQueue<Message> inbox) {
    this.process = process;
    this.commands = process.outputWriter(UTF_8);
    this.inbox = inbox;
    Thread.ofVirtual().start(this::read);
  }

  /**
   * @param level the protocol level: 4 for 3.1.1, 5 for 5.0
   */
  static MqttJsClient connect(Terms terms, int level) throws IOException, InterruptedException {
    if (!Files.isDirectory(MODULES.resolve("mqtt"))) {
      throw new AssertionError("mqtt.js is not in " + MODULES + ": ./test installs it there");
    }
    ProcessBuilder node =
        new ProcessBuilder("node", "src/test/mqttjs/client.cjs")
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    node.environment().put("NODE_PATH", MODULES.toString());
    MqttJsClient client = new MqttJsClient(node.start(), terms.inbox());
    List<String> connect =
        new ArrayList<>(
            List.of(
                "connect",
                terms.uri(),
                terms.clientId(),
                String.valueOf(level),
                String.valueOf(terms.clean()),
                terms.transport().isEncrypted() ? terms.tls().certFile().toString() : ""));
    terms
        .will()
        .ifPresent(
            will ->
                connect.addAll(
                    List.of(
                        will.topic(),
                        will.payload(),
                        String.valueOf(will.qos()),
                        String.valueOf(will.retained()))));
    try {
      client.sessionPresent = client.ask(connect).getFirst().equals("true");
    } catch (AssertionError e) {
      client.process.destroyForcibly();
      throw e;
    }
    return client;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String line;
      while ((line = lines.readLine()) != null) {
        List<String> fields =
            Arrays.stream(line.split("\t", -1)).map(f -> URLDecoder.decode(f, UTF_8)).toList();
        if (fields.getFirst().equals("message")) {
          inbox.add(message(fields));
        } else {
          answers.add(fields);
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
    answers.add(List.of("error", "the process of mqtt.js has ended"));
  }

  private static Message message(List<String> fields) {
    List<Map.Entry<String, String>> properties = new ArrayList<>();
    for (int i = 6; i < fields.size(); i += 2) {
      properties.add(Map.entry(fields.get(i), fields.get(i + 1)));
    }
    return new Message(
        fields.get(1),
        fields.get(2),
        Integer.parseInt(fields.get(3)),
        fields.get(4).equals("true"),
        properties,
        fields.get(5));
  }

  private List<String> ask(List<String> command) throws IOException, InterruptedException {
    commands.write(
        command.stream().map(f -> URLEncoder.encode(f, UTF_8)).collect(Collectors.joining("\t"))
            + "\n");
    commands.flush();
    List<String> answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null || !answer.getFirst().equals("ok")) {
      throw new AssertionError("mqtt.js: " + command.getFirst() + " was answered with " + answer);
    }
    return answer.subList(1, answer.size());
  }

  @Override
  public boolean sessionPresent() {
    return sessionPresent;
  }

  @Override
  public void subscribe(String filter, int qos) throws IOException, InterruptedException {
    String granted = ask(List.of("subscribe", filter, String.valueOf(qos))).getFirst();
    if (!granted.equals(String.valueOf(qos))) {
      throw new AssertionError("reason code " + granted);
    }
  }

  @Override
  public void publish(Message message) throws IOException, InterruptedException {
    List<String> publish =
        new ArrayList<>(
            List.of(
                "publish",
                message.topic(),
                message.payload(),
                String.valueOf(message.qos()),
                String.valueOf(message.retained()),
                message.correlation()));
    message
        .userProperties()
        .forEach(property -> publish.addAll(List.of(property.getKey(), property.getValue())));
    ask(publish);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try {
      ask(List.of("close"));
    } finally {
      process.destroy();
    }
  }
}
