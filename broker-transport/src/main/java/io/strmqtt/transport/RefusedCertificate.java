package io.strmqtt.transport;

import io.strmqtt.api.Reason;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Why a client's certificate was refused. */
final class RefusedCertificate extends CertificateException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  RefusedCertificate(Reason reason, String message, @Nullable CertificateException cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
