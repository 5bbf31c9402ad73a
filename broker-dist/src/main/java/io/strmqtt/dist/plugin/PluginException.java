package io.strmqtt.dist.plugin;

/**
 * A plugin, or a provider that was asked for, cannot be used: the broker does not start. The
 * message is meant for the operator and says all there is to say; there is no stack trace.
 */
public final class PluginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PluginException(String message) {
    super(message, null, false, false);
  }
}
