/**
 * The broker put together: configuration in, a running server out. Runs on the starting thread, and
 * on the shutdown thread once the process is told to stop. The only package that knows every part;
 * no part knows it.
 */
@NullMarked
package io.strmqtt.dist;

import org.jspecify.annotations.NullMarked;
