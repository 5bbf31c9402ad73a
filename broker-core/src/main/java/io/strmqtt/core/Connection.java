package io.strmqtt.core;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.strmqtt.api.ClientEndpoint;
import io.strmqtt.api.Reason;

/**
 * What the engine may do to a socket. All but {@link #loop}, {@link #endpoint} and {@link #isOpen}
 * are called on the connection's loop only.
 */
public interface Connection {
  /** The one event loop this connection lives on. */
  EventLoop loop();

  /** Who is at the other end. */
  ClientEndpoint endpoint();

  ByteBufAllocator alloc();

  /** Hands bytes over, and their ownership; sent with the next {@link #flush}. */
  void write(ByteBuf bytes);

  /** Bytes that were flushed and that the socket has not taken, as they are sent (TLS, frames). */
  long unsent();

  /** Runs the task on the loop once the socket has taken all that was flushed, or is closed. */
  void whenSent(Runnable then);

  /** Whether the socket gets the very bytes that are handed over, and no copy (TLS makes one). */
  boolean sendsWithoutCopy();

  void flush();

  /**
   * Whether the socket takes more without piling up; if not, {@link
   * ConnectionHandler#writabilityChanged} will tell.
   */
  boolean isWritable();

  boolean isOpen();

  /** Bytes that have come of a packet that is not complete; 0 if there is none. */
  int partialBytes();

  /** Whether to read from the socket: off makes the peer's writes wait (TCP back-pressure). */
  void autoRead(boolean on);

  /** The client is let in: its packets may be as large as any ({@link Limits#maxPacketSize}). */
  void accepted();

  /**
   * Sends what was written, then closes: the output side first, so that a peer in the middle of
   * writing can still read why.
   *
   * @param reason why, for the transport's own counters
   */
  void close(Reason reason);

  /** Closes at once; what was not sent is lost. */
  void abort();
}
