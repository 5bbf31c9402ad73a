/**
 * The fifteen packets as immutable values. Nothing here is reference-counted; a payload is a shared
 * array.
 */
@NullMarked
package io.strmqtt.mqtt.packet;

import org.jspecify.annotations.NullMarked;
