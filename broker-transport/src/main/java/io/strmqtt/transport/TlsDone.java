package io.strmqtt.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.strmqtt.api.Reason;
import io.strmqtt.api.TlsInfo;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
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
      setup.refuse(Reason.TLS_FAILED, String.valueOf(done.cause().getMessage()));
    }
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
    ctx.close();
  }
}
