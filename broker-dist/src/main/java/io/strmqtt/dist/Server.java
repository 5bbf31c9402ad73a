package io.strmqtt.dist;

import io.strmqtt.api.store.StorageException;
import io.strmqtt.core.LogText;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.dist.config.InvalidSetting;
import io.strmqtt.dist.plugin.PluginException;
import io.strmqtt.dist.plugin.Providers;
import io.strmqtt.transport.ListenerException;
import io.strmqtt.transport.Listeners;
import io.strmqtt.transport.TlsReport;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The broker as a process: runs until SIGTERM or SIGINT, then ends with exit code 0. */
public final class Server {
  private static final Logger LOG = LogManager.getLogger(Server.class);

  private static final int FAILURE = 1;

  /** EX_CONFIG of sysexits.h. */
  private static final int CONFIGURATION = 78;

  /** How long a stop waits for the end of a start. */
  private static final int START_SECONDS = 5;

  private Server() {}

  /**
   * Starts, and returns only if that fails; else the process ends on a signal.
   *
   * @param again reads the configuration once more, for a reload
   * @return the exit code
   * @throws InvalidSetting if the configuration turns out to be unusable
   */
  public static int run(ConfigResult.Loaded loaded, Supplier<ConfigResult> again) {
    loaded
        .warnings()
        .forEach(warning -> LOG.warn("event=configuration_warning text=\"{}\"", warning));
    // From here on SIGHUP ends nothing; one that comes while starting is answered once it is done,
    // and so is SIGTERM: what has begun to open is closed in good order.
    CompletableFuture<RunningBroker> started = new CompletableFuture<>();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> close(started)));
    if (!HangUp.onSignal(() -> started.thenAccept(Server::hungUp))) {
      LOG.info("event=no_sighup text=\"reload with POST /api/v1/reload\"");
    }
    try {
      started.complete(RunningBroker.start(loaded, again));
    } catch (ListenerException e) {
      return failed(e, e.isMisconfigured() ? CONFIGURATION : FAILURE);
    } catch (PluginException e) {
      return failed(e, CONFIGURATION);
    } catch (StorageException | UncheckedIOException e) {
      return failed(e, FAILURE);
    } finally {
      started.cancel(false); // Unless it has started: there is nothing to close.
    }
    waitForEver();
    return 0;
  }

  /** Runs when the process is to end, for whatever reason. */
  private static void close(CompletableFuture<RunningBroker> started) {
    RunningBroker broker;
    try {
      broker = started.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (CancellationException | ExecutionException e) {
      return; // The start has failed, and the exit code says so.
    } catch (TimeoutException | InterruptedException e) {
      return; // A start that takes long ends in the middle; the store bears it.
    }
    try {
      broker.close();
      LogManager.shutdown();
    } finally {
      // A stop that was asked for is no failure: not 128 plus the signal's number.
      Runtime.getRuntime().halt(0);
    }
  }

  private static void hungUp(RunningBroker broker) {
    try {
      broker.reload("sighup");
    } catch (RuntimeException e) {
      LOG.error("event=reload_failed by=sighup error={}", LogText.of(String.valueOf(e)), e);
    }
  }

  private static int failed(Exception e, int exitCode) {
    LOG.error("event=start_failed error=\"{}\"", e.getMessage());
    LogManager.shutdown();
    return exitCode;
  }

  /**
   * Says whether the configured providers are there and take their settings, and whether the
   * certificates and keys can be used; starts nothing.
   *
   * @throws InvalidSetting for the first provider that is not there, or does not take them
   */
  public static TlsReport check(BrokerConfig config) {
    try {
      new Parts(config, Providers.load(config.home().resolve("plugins"))).check();
    } catch (PluginException e) {
      throw new InvalidSetting("plugins", String.valueOf(e.getMessage()));
    }
    return Listeners.check(config.listeners(), Clock.systemUTC());
  }

  private static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
