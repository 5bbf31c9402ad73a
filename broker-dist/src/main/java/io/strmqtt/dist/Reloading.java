package io.strmqtt.dist;

import io.strmqtt.api.admin.Reload.Applied;
import io.strmqtt.api.admin.Reload.Outcome;
import io.strmqtt.api.admin.Reload.Refused;
import io.strmqtt.core.LogText;
import io.strmqtt.dist.config.BrokerConfig;
import io.strmqtt.dist.config.ConfigProblem;
import io.strmqtt.dist.config.ConfigResult;
import io.strmqtt.transport.ListenerSettings;
import io.strmqtt.transport.Listeners;
import io.strmqtt.transport.TlsReport;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Reads the configuration again while the broker runs, and says in the log what came of it. What
 * cannot be applied is measured against what the broker was started with, so that it is named until
 * the restart. Any thread that may wait; one at a time.
 */
final class Reloading {
  private static final Logger LOG = LogManager.getLogger(Reloading.class);

  private final ConfigResult.Loaded started;
  private final Supplier<ConfigResult> source;
  private final Consumer<List<ListenerSettings>> listeners;
  private final Clock clock;
  private BrokerConfig running;

  /**
   * @param source reads the configuration from where it was read for the start
   * @param listeners what takes the new settings
   * @param clock says which certificates have expired
   */
  Reloading(
      ConfigResult.Loaded started,
      Supplier<ConfigResult> source,
      Consumer<List<ListenerSettings>> listeners,
      Clock clock) {
    this.started = started;
    this.source = source;
    this.listeners = listeners;
    this.clock = clock;
    this.running = started.config();
  }

  /**
   * @param by who asked for it, one word for the log
   */
  synchronized Outcome reload(String by) {
    return switch (source.get()) {
      case ConfigResult.Invalid invalid ->
          refuse(by, invalid.problems().stream().map(ConfigProblem::toString).toList());
      case ConfigResult.Loaded loaded -> {
        // The next start would find them unusable; who renews certificates hears of it now.
        TlsReport tls = Listeners.check(loaded.config().listeners(), clock);
        yield tls.problems().isEmpty() ? apply(by, loaded, tls) : refuse(by, tls.problems());
      }
    };
  }

  private static Refused refuse(String by, List<String> problems) {
    for (int i = 0; i < problems.size(); i++) {
      LOG.error(
          "event=reload_failed by={} problem={}/{} text={}",
          by,
          i + 1,
          problems.size(),
          LogText.sentence(problems.get(i)));
    }
    return new Refused(problems);
  }

  private Applied apply(String by, ConfigResult.Loaded loaded, TlsReport tls) {
    List<String> changed = new ArrayList<>();
    List<String> warnings = new ArrayList<>(loaded.warnings());
    warnings.addAll(tls.warnings());
    for (ListenerSettings next : loaded.config().listeners()) {
      running.listeners().stream()
          .filter(now -> now.name().equals(next.name()) && now.type().equals(next.type()))
          .forEach(now -> changed.addAll(Differences.inForce(now, next)));
    }
    List<String> needsRestart = Differences.needRestart(started, loaded);
    listeners.accept(loaded.config().listeners());
    running = loaded.config();
    warnings.forEach(
        warning -> LOG.warn("event=configuration_warning text={}", LogText.sentence(warning)));
    LOG.info(
        "event=reloaded by={} changed={} needs_restart={}",
        by,
        LogText.sentence(String.join("; ", changed)),
        LogText.sentence(String.join("; ", needsRestart)));
    return new Applied(List.copyOf(changed), needsRestart, List.copyOf(warnings));
  }
}
