/**
 * What every storage provider has to do, as tests that run on each provider ServiceLoader finds.
 * They use nothing but the SPI, and are published as a jar of their own for authors of providers,
 * whose section has to know {@code unauthorized_max} and {@code retained_max}. A provider that is
 * not called {@code memory} is expected to keep what it has.
 */
package io.strmqtt.session.kit;
