package io.strmqtt.core;

import io.strmqtt.api.auth.Authorizer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * The edge between the engine and a plugin's authorizer: whatever it throws is a refusal, counted
 * and logged.
 */
final class AccessControl implements Authorizer {
  private static final Logger LOG = LogManager.getLogger(AccessControl.class);

  private final Authorizer plugin;
  private final Counters counters;

  AccessControl(Authorizer plugin, Counters counters) {
    this.plugin = plugin;
    this.counters = counters;
  }

  /** Lets everyone do everything. */
  static final class Open implements Authorizer {
    @Override
    public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
      return true;
    }

    @Override
    public boolean maySubscribe(Subject subject, String filter, int qos) {
      return true;
    }
  }

  @Override
  public boolean mayPublish(Subject subject, String topic, int qos, boolean retain) {
    try {
      return plugin.mayPublish(subject, topic, qos, retain);
    } catch (RuntimeException | Error e) {
      return failed(e);
    }
  }

  @Override
  public boolean maySubscribe(Subject subject, String filter, int qos) {
    try {
      return plugin.maySubscribe(subject, filter, qos);
    } catch (RuntimeException | Error e) {
      return failed(e);
    }
  }

  private boolean failed(Throwable e) {
    counters.count(Counters.Event.PLUGIN_FAILURES);
    LOG.error("event=authorizer_failed error={}", LogText.of(String.valueOf(e)));
    return false;
  }

  @Override
  public void close() {
    plugin.close();
  }
}
