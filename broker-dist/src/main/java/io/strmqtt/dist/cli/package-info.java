/**
 * The commands. Runs on the main thread; says mistakes on standard error, one per line, and ends
 * with an exit code. Knows nothing of how the broker is put together.
 */
@NullMarked
package io.strmqtt.dist.cli;

import org.jspecify.annotations.NullMarked;
