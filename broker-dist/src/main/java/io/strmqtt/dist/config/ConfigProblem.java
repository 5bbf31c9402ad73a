package io.strmqtt.dist.config;

/**
 * One thing that is wrong, in words for the operator.
 *
 * @param path the key, such as {@code listener.tcp.bind_port}; empty if the file as a whole cannot
 *     be read
 * @param origin where the value stands: {@code conf/st-rmqtt.conf:12}, {@code environment variable
 *     X} or {@code default}
 * @param expected what would have been right
 * @param found what is there instead; secrets are masked
 */
public record ConfigProblem(String path, String origin, String expected, String found) {

  /** One line. */
  @Override
  public String toString() {
    return (path.isEmpty() ? "" : path + ": ")
        + "expected "
        + expected
        + ", found "
        + found
        + " ("
        + origin
        + ")";
  }
}
