package io.strmqtt.core.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuePage;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.core.routing.Delivery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a session that are in the store and not in memory: all of an absent session's,
 * and what is left of them while a client that has come back catches up. They are read a page at a
 * time, in the order of their numbers, and new messages join behind them.
 *
 * <p>Every message was handed to the store before it comes here, so whatever is not read yet can be
 * forgotten: a later read finds it. Kept in memory is only what no later read would find: messages
 * that come while a page is being read, and those whose number is behind the last one read, because
 * another publisher was faster. The other way round, a page may bring what has not come as mail
 * yet; then the mail is ignored.
 *
 * <p>On the session's loop only.
 */
final class Backlog {
  static final int PAGE = 256;
  static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Session session;

  /** Null while there is nothing in it, as for nearly all absent sessions. */
  private @Nullable Exceptions exceptions;

  private boolean open;
  private boolean reading;
  private boolean dropping;

  /** Whether the store has left out messages that it cannot read. */
  private boolean damaged;

  private long lastRead;
  private int epoch;
  private int turn;
  private int size;

  /** What is not as a read of the store would find it; by number. */
  private static final class Exceptions {
    /** Messages in memory that no later read brings. */
    final TreeMap<Long, Delivery> fresh = new TreeMap<>();

    /** Messages that a read may bring and that are not to be sent any more. */
    final Set<Long> gone = new HashSet<>();

    /** Messages that a read has brought before they came as mail. */
    final Set<Long> readAhead = new HashSet<>();
  }

  Backlog(Session session) {
    this.session = session;
  }

  /** Whether there may be messages that are not in memory: new ones have to join behind them. */
  boolean isOpen() {
    return open;
  }

  /** How many messages are here and nowhere else in the session. */
  int size() {
    return size;
  }

  /** Begins anew: all messages of the session are to be read. */
  void open(int messages) {
    open = true;
    reading = false;
    epoch++;
    turn++; // What a read still brings is of the past.
    damaged = false;
    lastRead = 0;
    size += messages;
    clear();
  }

  /** Forgets all but what is still to come as mail. */
  private void clear() {
    Exceptions some = exceptions;
    if (some != null) {
      some.fresh.clear();
      some.gone.clear();
      if (some.readAhead.isEmpty()) {
        exceptions = null;
      }
    }
  }

  private Exceptions exceptions() {
    Exceptions some = exceptions;
    if (some == null) {
      some = new Exceptions();
      exceptions = some;
    }
    return some;
  }

  /** Whether a message that comes as mail was read from the store before. */
  boolean hasRead(Delivery delivery) {
    if (exceptions == null || !exceptions.readAhead.remove(delivery.number())) {
      return false;
    }
    size++; // As if it had come first.
    return true;
  }

  /** Whether messages that have not come may still be in the store. */
  boolean isDamaged() {
    return damaged;
  }

  /** A new message, which the store has. */
  void add(Delivery delivery) {
    size++;
    if (reading || delivery.number() <= lastRead) {
      exceptions().fresh.put(delivery.number(), delivery);
    }
  }

  /** The message with the number is acknowledged: a page that is on its way may still have it. */
  void skip(long number) {
    if (open && number > lastRead) {
      exceptions().gone.add(number);
    }
  }

  /** Asks for the next page, which comes as mail to the session. */
  void readOn(MessageQueue queue) {
    if (open && !reading) {
      reading = true;
      int mine = ++turn;
      queue.read(
          lastRead,
          PAGE,
          page ->
              session.command(
                  () -> {
                    if (turn == mine) {
                      session.outbound().loaded(take(page));
                      goOn(page, queue, mine);
                    }
                  }));
    }
  }

  /** What could not be read is asked for again after a while, as long as the client waits. */
  private void goOn(QueuePage page, MessageQueue queue, int mine) {
    if (page.behind() != QueuePage.Behind.UNREADABLE) {
      reading = false;
      return;
    }
    session.later(
        RETRY_NANOS,
        () -> {
          if (turn == mine) {
            reading = false;
            readOn(queue);
          }
        });
  }

  /** Has the oldest messages dropped, when they are read; a page of them at the most. */
  void dropOldest(MessageQueue queue, int messages) {
    if (dropping) {
      return;
    }
    dropping = true;
    dropOldest(queue, lastRead, Math.min(messages, PAGE), epoch);
  }

  private void dropOldest(MessageQueue queue, long behind, int most, int mine) {
    // Those in flight stay, and are the oldest.
    queue.read(
        behind,
        most + session.outbound().inFlight(),
        page -> session.command(() -> dropOldest(queue, page, most, mine)));
  }

  private void dropOldest(MessageQueue queue, QueuePage page, int most, int mine) {
    dropping = false;
    if (mine != epoch || !open || session.hasMailUnderWay()) {
      return; // Some of it may be in the page. The mail asks again.
    }
    int left = most;
    for (QueuedMessage stored : page.messages()) {
      if (left > 0 && drop(stored)) {
        left--;
      }
    }
    if (left == most && page.behind() == QueuePage.Behind.MORE) {
      dropping = true;
      dropOldest(queue, page.messages().getLast().number(), most, mine); // All were in flight.
    } else if (left < most) {
      session.outbound().makeRoom();
    }
  }

  /** Has what has expired dropped, a page after the other. */
  void dropExpired(MessageQueue queue, Waiting waiting) {
    if (!dropping) {
      dropping = true;
      dropExpired(queue, waiting, lastRead, epoch, Long.MAX_VALUE);
    }
  }

  private void dropExpired(
      MessageQueue queue, Waiting waiting, long behind, int mine, long earliest) {
    queue.read(
        behind,
        PAGE,
        page -> session.command(() -> dropExpired(queue, waiting, page, mine, earliest)));
  }

  private void dropExpired(
      MessageQueue queue, Waiting waiting, QueuePage page, int mine, long before) {
    if (mine != epoch
        || session.hasMailUnderWay()
        || page.behind() == QueuePage.Behind.UNREADABLE) {
      dropping = false;
      waiting.forgetExpiry(); // Who is turned away next asks again.
      return;
    }
    long earliest = before;
    for (QueuedMessage stored : page.messages()) {
      if (!session.outbound().isExpired(stored)) {
        earliest = Math.min(earliest, stored.message().expiresAt());
      } else {
        drop(stored);
      }
    }
    if (page.behind() == QueuePage.Behind.NOTHING) {
      dropping = false;
      waiting.expireFrom(earliest);
    } else {
      dropExpired(queue, waiting, page.messages().getLast().number(), mine, earliest);
    }
  }

  /** Drops the message if it is nowhere else in the session. */
  private boolean drop(QueuedMessage stored) {
    long number = stored.number();
    boolean isHere = open && number > lastRead && !session.outbound().isInFlight(number);
    if (!isHere || !exceptions().gone.add(number)) {
      return false;
    }
    size--;
    exceptions().fresh.remove(number);
    session.outbound().dropped(stored);
    return true;
  }

  /** What can be sent now that a page was read. */
  private List<Delivery> take(QueuePage page) {
    damaged |= !page.complete();
    Exceptions some = exceptions();
    boolean allMailTaken = !session.hasMailUnderWay();
    if (allMailTaken) {
      some.readAhead.clear();
    }
    List<Delivery> taken = new ArrayList<>(page.messages().size());
    takeAll(some.fresh.headMap(lastRead, true), taken);
    for (QueuedMessage stored : page.messages()) {
      lastRead = stored.number();
      Delivery inMemory = some.fresh.remove(stored.number());
      if (inMemory == null && !allMailTaken) {
        some.readAhead.add(stored.number());
      }
      if (!some.gone.remove(stored.number())) {
        taken.add(inMemory == null ? fromStore(stored) : inMemory);
        size -= session.outbound().isInFlight(stored.number()) ? 0 : 1;
      }
    }
    if (page.behind() == QueuePage.Behind.NOTHING) {
      open = false;
      takeAll(some.fresh, taken);
      clear();
      size = 0;
    } else {
      some.fresh.tailMap(lastRead, false).clear(); // To be read in their turn.
    }
    return taken;
  }

  private void takeAll(Map<Long, Delivery> some, List<Delivery> to) {
    to.addAll(some.values());
    size -= some.size();
    some.clear();
  }

  private Delivery fromStore(QueuedMessage stored) {
    @Nullable String shared = stored.shared().isEmpty() ? null : stored.shared();
    return Delivery.ofStored(stored, shared == null ? null : session.subscription(shared));
  }
}
