package io.strmqtt.dist.config;

/**
 * One effective value.
 *
 * @param path the key, such as {@code listener.tcp.bind_port}
 * @param value as HOCON; secrets are masked
 * @param origin where it stands: {@code conf/st-rmqtt.conf:12}, {@code environment variable X} or
 *     {@code default}
 */
public record Setting(String path, String value, String origin) {}
