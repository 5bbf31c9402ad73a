/**
 * The configuration file, the environment and the defaults, read once into immutable records. Used
 * by the starting thread alone. Opens no socket and loads no plugin: it says what was asked for,
 * not whether it works.
 */
@NullMarked
package io.strmqtt.dist.config;

import org.jspecify.annotations.NullMarked;
