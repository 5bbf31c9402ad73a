package io.strmqtt.core;

import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.api.store.SessionRecord;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The access log: one {@code key=value} line for each client that comes and goes. Any thread. */
public final class EventLog {
  private static final Logger LOG = LogManager.getLogger(EventLog.class);

  private EventLog() {}

  public static void connected(SessionRecord session, boolean sessionPresent) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    StringBuilder line = begin("connected", session);
    session.endpoint().tls().ifPresent(tls -> line.append(" tls=").append(text(tls)));
    LOG.info(
        line.append(" version=")
            .append(session.version().label())
            .append(" clean_start=")
            .append(session.cleanStart())
            .append(" session_present=")
            .append(sessionPresent)
            .append(" keep_alive=")
            .append(session.keepAlive())
            .append(" expiry=")
            .append(
                session.expiryInterval() == SessionRecord.NEVER
                    ? "never"
                    : session.expiryInterval()));
  }

  /** A client that is in has proved once more who it is. */
  public static void reauthenticated(SessionRecord session) {
    if (LOG.isInfoEnabled()) {
      LOG.info(begin("reauthenticated", session));
    }
  }

  public static void disconnected(SessionRecord session, Reason reason) {
    if (LOG.isInfoEnabled()) {
      LOG.info(begin("disconnected", session).append(" reason=").append(reason));
    }
  }

  /** An administrator has ended a session, and the store knows. */
  static void deleted(String clientId) {
    LOG.info("event=session_deleted client_id={}", LogText.of(clientId));
  }

  private static StringBuilder begin(String event, SessionRecord session) {
    StringBuilder line =
        new StringBuilder(200)
            .append("event=")
            .append(event)
            .append(' ')
            .append(session.endpoint().toLog())
            .append(" listener=")
            .append(session.endpoint().listener())
            .append(" client_id=")
            .append(LogText.of(session.clientId()));
    if (!session.username().isEmpty()) {
      line.append(" username=").append(LogText.of(session.username()));
    }
    return line;
  }

  private static String text(TlsInfo tls) {
    return tls.version() + tls.subject().map(s -> " certificate=" + LogText.of(s)).orElse("");
  }
}
