package io.strmqtt.api;

/** The MQTT version a client speaks. */
public enum ProtocolVersion {
  MQTT_3_1("3.1"),
  MQTT_3_1_1("3.1.1"),
  MQTT_5("5.0");

  private final String label;

  ProtocolVersion(String label) {
    this.label = label;
  }

  /** {@code 3.1}, {@code 3.1.1} or {@code 5.0}, as in logs and in the API. */
  public String label() {
    return label;
  }
}
