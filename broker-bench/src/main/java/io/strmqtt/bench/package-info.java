/**
 * Benchmarks of what every connection and every packet goes through. Nothing depends on them; each
 * runs on JMH's own threads.
 */
@NullMarked
package io.strmqtt.bench;

import org.jspecify.annotations.NullMarked;
