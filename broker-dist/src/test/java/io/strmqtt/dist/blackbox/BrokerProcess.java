package io.strmqtt.dist.blackbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The image, run as a child process on free ports. What it prints is kept; {@link #awaitLog} waits
 * for a line.
 *
 * <p>Unless the given configuration says otherwise, anonymous access is on and every port is 0.
 */
final class BrokerProcess implements AutoCloseable {
  private static final Path IMAGE =
      Path.of(System.getProperty("image.home", "target/st-rmqtt")).toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final Path image;
  private final Path folder;
  private final List<String> log = new ArrayList<>();
  private final Thread reader;
  private Map<String, Integer> ports = Map.of();

  private BrokerProcess(Process process, Path image, Path folder) {
    this.process = process;
    this.image = image;
    this.folder = folder;
    this.reader = Thread.ofPlatform().daemon().name("broker-output").start(this::read);
  }

  /** Starts the image that the build has made. */
  static BrokerProcess start(String hocon) {
    return start(IMAGE, hocon, Map.of());
  }

  /**
   * Starts an image and waits until it is ready.
   *
   * @param hocon added behind the defaults of these tests
   * @param environment all the environment the process gets, besides PATH
   */
  static BrokerProcess start(Path image, String hocon, Map<String, String> environment) {
    try {
      Path folder = Files.createTempDirectory("st-rmqtt-it");
      Path conf = write(folder, hocon);
      BrokerProcess broker = launch(image, folder, environment, "run", "--config", conf.toString());
      broker.awaitReady();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #start(String)}, in a process that may have so many files open. */
  static BrokerProcess startWithFiles(int most, String hocon) {
    try {
      Path folder = Files.createTempDirectory("st-rmqtt-it");
      Path conf = write(folder, hocon);
      BrokerProcess broker =
          exec(
              folder,
              Map.of("PATH", "/usr/bin:/bin"),
              List.of(
                  "bash",
                  "-c",
                  "ulimit -n " + most + " && exec \"$@\"",
                  "bash",
                  IMAGE.resolve("bin/st-rmqtt").toString(),
                  "run",
                  "--config",
                  conf.toString()));
      broker.awaitReady();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path folder, String hocon) throws IOException {
    return Files.writeString(
        folder.resolve("st-rmqtt.conf"),
        """
          data_dir = "%s/data"
          authentication.allow_anonymous = true
          admin.bind_port = 0
          listener.tcp { bind_address = "127.0.0.1", bind_port = 0 }
          listener.ssl { bind_address = "127.0.0.1", bind_port = 0 }
          listener.ws { bind_address = "127.0.0.1", bind_port = 0 }
          listener.wss { bind_address = "127.0.0.1", bind_port = 0 }
          %s
          """
            .formatted(folder, hocon));
  }

  /** Replaces what {@link #start(String)} was given, in the file; the broker is not told. */
  void configure(String hocon) {
    try {
      write(folder, hocon);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts another process of the same image with the same file of configuration, and so on the
   * same data; waits for nothing.
   */
  BrokerProcess another() {
    String conf = folder.resolve("st-rmqtt.conf").toString();
    return launch(image, folder, Map.of(), "run", "--config", conf);
  }

  /** SIGKILL; returns once the process is gone. */
  void kill() {
    process.toHandle().destroyForcibly();
    exitCode();
  }

  /** Waits; true if the process has ended meanwhile. */
  boolean endsWithin(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SIGHUP. */
  void hangUp() {
    try {
      Process kill = new ProcessBuilder("kill", "-HUP", String.valueOf(pid())).start();
      if (kill.waitFor() != 0) {
        throw new AssertionError("kill ended with " + kill.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Starts the launcher with any arguments; waits for nothing. */
  static BrokerProcess launch(
      Path image, Path folder, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(image.resolve("bin/st-rmqtt").toString()));
    command.addAll(List.of(arguments));
    Map<String, String> withPath = new HashMap<>(environment);
    withPath.putIfAbsent("PATH", "/usr/bin:/bin");
    return exec(image, folder, withPath, command);
  }

  /** Starts a command line in an environment of nothing but the given variables. */
  static BrokerProcess exec(Path folder, Map<String, String> environment, List<String> command) {
    return exec(IMAGE, folder, environment, command);
  }

  private static BrokerProcess exec(
      Path image, Path folder, Map<String, String> environment, List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      return new BrokerProcess(builder.start(), image, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        synchronized (log) {
          log.add(line);
          log.notifyAll();
        }
      }
    } catch (IOException e) {
      // The process has ended.
    }
  }

  /** Waits until every listener is open, and learns their ports. */
  void awaitReady() {
    String line = awaitLog("event=ready");
    Map<String, Integer> found = new HashMap<>();
    Matcher matcher =
        Pattern.compile("(\\S+)=\\S*:(\\d+)").matcher(line.substring(line.indexOf("event=ready")));
    while (matcher.find()) {
      found.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }
    ports = found;
  }

  /** The port of a listener, or of {@code admin}. */
  int port(String listener) {
    Integer port = ports.get(listener);
    if (port == null) {
      throw new IllegalArgumentException(listener + " is not open: " + ports);
    }
    return port;
  }

  Path folder() {
    return folder;
  }

  long pid() {
    return process.pid();
  }

  /** All lines so far. */
  List<String> log() {
    synchronized (log) {
      return List.copyOf(log);
    }
  }

  /** The first line, printed already or within half a minute, that holds all of the words. */
  String awaitLog(String... words) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (log) {
      int seen = 0;
      while (true) {
        for (; seen < log.size(); seen++) {
          String line = log.get(seen);
          if (List.of(words).stream().allMatch(line::contains)) {
            return line;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !reader.isAlive() && seen == log.size()) {
          throw new AssertionError(
              "no line with " + List.of(words) + " in:\n" + String.join("\n", log));
        }
        try {
          log.wait(Math.min(left, 200));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  /** The body of a GET to the HTTP API; fails unless it is answered with 200. */
  String get(String path) {
    HttpResponse<String> response = request(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  HttpResponse<String> request(String path) {
    return request("GET", path);
  }

  HttpResponse<String> delete(String path) {
    return request("DELETE", path);
  }

  private HttpResponse<String> request(String method, String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("admin") + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A POST without a body, with the type that says it was no form of another site's page. */
  HttpResponse<String> post(String path) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("admin") + path))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for the end of the process. */
  int exitCode() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running:\n" + String.join("\n", log()));
      }
      reader.join();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SIGTERM. By the handle: {@link Process#destroy} would close our end of its output as well. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Stops the broker as an operator would, and insists that it ends well. */
  @Override
  public void close() {
    terminate();
    int code = exitCode();
    if (code != 0) {
      throw new AssertionError("exit code " + code + ":\n" + String.join("\n", log()));
    }
  }
}
