/**
 * The conformance ledger: tests name the statements of the specifications that they show, a
 * listener notes which of them pass, and a check at the end of the build compares that with the
 * list of all statements and with {@code docs/conformance.md}. On the class path of tests, never in
 * the image; knows nothing of the broker.
 */
@NullMarked
package io.strmqtt.conformance;

import org.jspecify.annotations.NullMarked;
