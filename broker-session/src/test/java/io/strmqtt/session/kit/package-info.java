/**
 * What every storage provider has to do, as tests that run on each provider ServiceLoader finds.
 * They use nothing but the SPI, JUnit and AssertJ, and are in the installation, for authors of
 * providers. Each test opens a store of its own, in an empty folder. Of the provider's section it
 * sets {@code unauthorized_max}, {@code unauthorized_max_per_address}, {@code unauthorized_max_age}
 * {@code retained_max} and {@code retained_max_bytes}, which mean what they mean for {@code
 * memory}; what else a provider needs comes from system properties ({@code
 * -Dstorage.<name>.<key>=}). A provider that is not called {@code memory} is expected to keep what
 * it has: {@code ModelTest}, which takes a copy of the folder for what a crash leaves, is only for
 * those whose store is in files.
 */
package io.strmqtt.session.kit;
