/**
 * Finds providers: those of the broker's own modules, and those of the plugins, each of which is a
 * module layer of its own above the broker. Used on the starting thread only; knows neither the
 * configuration nor what a provider is for.
 */
@NullMarked
package io.strmqtt.dist.plugin;

import org.jspecify.annotations.NullMarked;
