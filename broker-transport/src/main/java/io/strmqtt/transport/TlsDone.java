package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import io.strmqtt.proxy.FirstBytes;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Waits for the end of the TLS handshake, and leaves. */
final class TlsDone extends ChannelInboundHandlerAdapter {
  private final Setup setup;
  private final Runnable next;

  TlsDone(Setup setup, Runnable next) {
    this.setup = setup;
    this.next = next;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == SslCloseCompletionEvent.SUCCESS) {
      closedEarly(ctx);
      return;
    }
    if (!(event instanceof SslHandshakeCompletionEvent done)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (done.isSuccess()) {
      SSLSession session = ctx.pipeline().get(SslHandler.class).engine().getSession();
      setup.tlsEstablished(
          new TlsInfo(session.getProtocol(), session.getCipherSuite(), subject(session)));
      next.run();
      ctx.pipeline().remove(this);
    } else if (!setup.hasTlsBegun()) {
      setup.probed();
      ctx.close();
    } else {
      refuse(done.cause());
    }
  }

  /** The peer has said that no more comes, before the handshake was over. */
  private void closedEarly(ChannelHandlerContext ctx) {
    if (setup.hasTlsBegun()) {
      setup.refuse(Reason.TLS_FAILED, "the peer closed in the middle of the handshake");
    } else {
      setup.probed();
      ctx.close();
    }
  }

  private void refuse(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof RefusedCertificate refused) {
        setup.refuse(refused.reason(), String.valueOf(refused.getMessage()));
        return;
      }
      if (setup.isOutOfMemory(each)) {
        return;
      }
    }
    setup.refuse(reason(cause), detail(cause));
  }

  /** By the words of BoringSSL and of the JDK, which have no other way to say it. */
  static Reason reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
        || message.contains("Empty client certificate chain")) {
      return Reason.CLIENT_CERT_MISSING;
    }
    if (message.contains("EXCESSIVE_MESSAGE_SIZE")
        || message.contains("exceeds the maximum allowed size")) {
      return Reason.CLIENT_CERT_TOO_LARGE;
    }
    return Reason.TLS_FAILED;
  }

  /**
   * What went wrong. Of what is no TLS the JDK's engine has all that came in its message, in hex:
   * passwords and tokens as well.
   */
  static String detail(Throwable cause) {
    if (!(cause instanceof NotSslRecordException)) {
      return String.valueOf(cause.getMessage());
    }
    String message = String.valueOf(cause.getMessage());
    String hex = message.substring(message.lastIndexOf(' ') + 1);
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(hex, 0, Math.min(hex.length(), 2 * FirstBytes.MOST));
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    String shown = HexFormat.of().formatHex(FirstBytes.shown(bytes));
    return "not an SSL/TLS record" + (shown.isEmpty() ? "" : ": " + shown);
  }

  private static Optional<String> subject(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? Optional.of(certificate.getSubjectX500Principal().getName())
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // None was asked for, or none was given.
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The handshake's failure comes as an event as well; whatever else happens here ends the
    // connection.
    if (!setup.isOutOfMemory(cause)) {
      ctx.close();
    }
  }
}
