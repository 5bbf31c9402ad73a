package io.strmqtt.mqtt.packet;

/**
 * The protocol versions, with the name and level that CONNECT carries (section 3.1.2.1 and
 * 3.1.2.2).
 */
public enum MqttVersion {
  V3_1("MQIsdp", 3),
  V3_1_1("MQTT", 4),
  V5("MQTT", 5);

  private final String protocolName;
  private final int level;

  MqttVersion(String protocolName, int level) {
    this.protocolName = protocolName;
    this.level = level;
  }

  public String protocolName() {
    return protocolName;
  }

  public int level() {
    return level;
  }
}
