/** The rules of the design that a compiler cannot check. */
@NullMarked
package io.strmqtt.dist.architecture;

import org.jspecify.annotations.NullMarked;
