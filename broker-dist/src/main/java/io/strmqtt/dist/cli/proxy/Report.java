package io.strmqtt.dist.cli.proxy;

import io.strmqtt.dist.cli.proxy.HeaderToSend.Form;
import java.time.Duration;

/** The outcome of a probe in words. */
final class Report {
  private Report() {}

  static String header(Form form, byte[] bytes) {
    return switch (form) {
      case NONE -> "none";
      case V1 -> "v1, " + bytes.length + " bytes: " + WireText.of(bytes);
      case V2 -> "v2, " + bytes.length + " bytes: " + WireText.hex(bytes);
      case LOCAL -> "v2 LOCAL, " + bytes.length + " bytes: " + WireText.hex(bytes);
    };
  }

  /** Adds what happened, and what it may mean. */
  static void add(Outcome outcome, Form form, Probe.Plan plan, Duration took, Lines lines) {
    lines.add("result", result(outcome) + " (after " + took.toMillis() + " ms)");
    String hint = hint(outcome, form, plan);
    if (!hint.isEmpty()) {
      lines.add("hint", hint);
    }
  }

  private static String result(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Connack(int code) ->
          "CONNACK, "
              + (code == 0 ? "accepted (code 0)" : "refused with code " + code + ": " + word(code));
      case Outcome.Kept() -> "the connection was kept";
      case Outcome.NotConnected(String why) -> "no connection: " + why;
      case Outcome.Closed(boolean reset) ->
          reset ? "closed with a reset" : "closed by the far side";
      case Outcome.Silence() -> "silence: timed out";
      case Outcome.TlsFailed(String why) -> "TLS failed: " + why;
      case Outcome.TlsAlert(int level, int description) ->
          "TLS alert, level " + level + ", description " + description;
      case Outcome.HttpAnswer(String status) -> "HTTP answer: " + WireText.of(status);
      case Outcome.Unexpected(String what) -> "an answer that is no CONNACK: " + what;
    };
  }

  /** MQTT 3.1.1, table 3.1. */
  private static String word(int code) {
    return switch (code) {
      case 1 -> "unacceptable protocol version";
      case 2 -> "client identifier rejected";
      case 3 -> "server unavailable";
      case 4 -> "bad user name or password";
      case 5 -> "not authorized";
      default -> "a code of its own";
    };
  }

  private static String hint(Outcome outcome, Form form, Probe.Plan plan) {
    return switch (outcome) {
      case Outcome.Closed closed -> closedHint(form, plan);
      case Outcome.Silence silence ->
          form == Form.NONE
              ? "it may wait for a PROXY header: try --v2"
              : plan.tls()
                  ? "it may not speak TLS: try without --tls"
                  : "it may speak TLS: try --tls";
      case Outcome.TlsAlert alert -> "it speaks TLS: try --tls";
      case Outcome.HttpAnswer answer ->
          plan.path().isEmpty() ? "it speaks HTTP: try --ws" : "another --path may be right";
      case Outcome.TlsFailed failed -> "it may not speak TLS, or not expect a header before it";
      default -> "";
    };
  }

  private static String closedHint(Form form, Probe.Plan plan) {
    String tls = plan.tls() ? "speak no TLS (try without --tls)" : "speak TLS (try --tls)";
    return form == Form.NONE
        ? "it may expect a PROXY header (try --v2), or " + tls
        : "it may expect no PROXY header (try --none), not believe this host, or "
            + tls
            + "; if it is this broker, its log says why";
  }
}
