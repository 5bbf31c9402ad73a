package io.strmqtt.transport;

import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.core.LogText;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Errors that are ours: here, and only here, a stack trace belongs in the log. */
final class InternalErrors {
  private static final Logger LOG = LogManager.getLogger(InternalErrors.class);

  private InternalErrors() {}

  static void report(ClientEndpoint endpoint, Throwable cause) {
    LOG.error(
        "event=internal_error {} listener={} error={}",
        endpoint.toLog(),
        endpoint.listener(),
        LogText.of(String.valueOf(cause)),
        cause);
  }
}
