/**
 * Packets to bytes and back, on {@code ByteBuf}. A decoder belongs to its connection's event loop;
 * the encoders are stateless. Nothing here knows of channels, sessions, or what a packet leads to.
 */
@NullMarked
package io.strmqtt.mqtt.codec;

import org.jspecify.annotations.NullMarked;
