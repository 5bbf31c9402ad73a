package io.strmqtt.api;

import java.util.Optional;

/**
 * A TLS session this broker terminated.
 *
 * @param version {@code TLSv1.2} or {@code TLSv1.3}
 * @param cipher the cipher suite's name
 * @param subject the client certificate's subject (RFC 2253), if one was presented and verified
 */
public record TlsInfo(String version, String cipher, Optional<String> subject) {}
