package io.strmqtt.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.strmqtt.api.Reason;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientTrustTest {
  private static ClientTrust trust() throws Exception {
    return ClientTrust.of(List.of(TlsFilesTest.certificate("ca.crt")), Clock.systemUTC());
  }

  private static X509Certificate[] chain(String... names) throws Exception {
    X509Certificate[] chain = new X509Certificate[names.length];
    for (int i = 0; i < names.length; i++) {
      chain[i] = TlsFilesTest.certificate(names[i] + ".crt");
    }
    return chain;
  }

  private static RefusedCertificate refused(int error, String... names) throws Exception {
    X509Certificate[] chain = chain(names);
    ClientTrust trust = trust();
    Throwable thrown = catchThrowable(() -> trust.checkClientTrusted(chain, "UNKNOWN"));
    assertThat(thrown).isInstanceOf(OpenSslCertificateException.class);
    assertThat(((OpenSslCertificateException) thrown).errorCode()).isEqualTo(error);
    return (RefusedCertificate) thrown.getCause();
  }

  @Test
  void aCertificateOfAKnownAuthorityIsTakenAlsoThroughAnotherOne() throws Exception {
    ClientTrust trust = trust();
    X509Certificate[] direct = chain("client");
    X509Certificate[] through = chain("by-inter", "inter");

    assertThatNoException().isThrownBy(() -> trust.checkClientTrusted(direct, "UNKNOWN"));
    assertThatNoException().isThrownBy(() -> trust.checkClientTrusted(through, "UNKNOWN"));
  }

  @Test
  void datesAreToldApart() throws Exception {
    RefusedCertificate expired = refused(10, "expired");
    assertThat(expired.reason()).isEqualTo(Reason.CLIENT_CERT_EXPIRED);
    assertThat(expired).hasMessage("the certificate CN=expired expired at 2021-01-01T00:00:00Z");
    RefusedCertificate future = refused(9, "future");
    assertThat(future.reason()).isEqualTo(Reason.CLIENT_CERT_NOT_YET_VALID);
    assertThat(future).hasMessageContaining("is not valid before 2090-01-01T00:00:00Z");
  }

  @Test
  void whoIssuedItIsToldFromWhatWasNotSent() throws Exception {
    RefusedCertificate incomplete = refused(20, "by-inter");
    assertThat(incomplete.reason()).isEqualTo(Reason.CLIENT_CERT_CHAIN_INCOMPLETE);
    assertThat(incomplete).hasMessageContaining("the issuer CN=inter is neither among them nor");
    RefusedCertificate foreign = refused(20, "foreign", "stranger");
    assertThat(foreign.reason()).isEqualTo(Reason.CLIENT_CERT_UNKNOWN_CA);
    assertThat(foreign).hasMessageContaining("leads to the authority CN=stranger");
    RefusedCertificate selfSigned = refused(20, "stranger");
    assertThat(selfSigned.reason()).isEqualTo(Reason.CLIENT_CERT_UNKNOWN_CA);
    assertThat(selfSigned).hasMessageContaining("is signed by itself");
  }

  @Test
  void aCertificateOfAServerIsNotForClients() throws Exception {
    assertThat(refused(26, "wrong-usage").reason()).isEqualTo(Reason.CLIENT_CERT_WRONG_USAGE);
  }
}
