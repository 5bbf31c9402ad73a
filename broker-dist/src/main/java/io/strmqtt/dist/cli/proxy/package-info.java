/**
 * What an operator asks about the PROXY protocol: what do these bytes say ({@code proxy decode}),
 * and what does that port do with them ({@code proxy probe}).
 *
 * <p>Runs on the main thread, with blocking sockets. Whether a header is good is for {@link
 * io.strmqtt.proxy.ProxyParser} to say; what is printed beside that is read leniently, so that a
 * broken header shows how far it got. Knows nothing of the broker's configuration.
 */
@NullMarked
package io.strmqtt.dist.cli.proxy;

import org.jspecify.annotations.NullMarked;
