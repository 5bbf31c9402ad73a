package io.strmqtt.conformance;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The normative statements that a test shows: it would fail if the broker did not keep them. Their
 * ids are those of {@code docs/mqtt/normative.tsv}; the two versions number the same demands
 * differently.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Normative {
  /** Ids of MQTT 5.0, like {@code MQTT-3.1.0-1}. */
  String[] v5() default {};

  /** Ids of MQTT 3.1.1. */
  String[] v311() default {};
}
