package io.strmqtt.conformance;

/**
 * A normative statement.
 *
 * @param version {@code 5} or {@code 3.1.1}: ids mean different things in each
 */
record Statement(String version, String id) {
  @Override
  public String toString() {
    return id + " of " + version;
  }
}
