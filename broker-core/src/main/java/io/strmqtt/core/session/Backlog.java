package io.strmqtt.core.session;

import io.strmqtt.api.store.MessageQueue;
import io.strmqtt.api.store.QueuedMessage;
import io.strmqtt.core.routing.Delivery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
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

  private final Session session;
  private final TreeMap<Long, Delivery> fresh = new TreeMap<>();
  private final Set<Long> gone = new HashSet<>();
  private final Set<Long> readAhead = new HashSet<>();
  private boolean open;
  private boolean reading;
  private boolean dropping;
  private long lastRead;
  private int epoch;
  private int turn;
  private int size;

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
    lastRead = 0;
    size += messages;
    fresh.clear();
    gone.clear();
  }

  /** Whether a message that comes as mail was read from the store before. */
  boolean hasRead(Delivery delivery) {
    if (readAhead.isEmpty() || !readAhead.remove(delivery.number())) {
      return false;
    }
    size++; // As if it had come first.
    return true;
  }

  /** A new message, which the store has. */
  void add(Delivery delivery) {
    size++;
    if (reading || delivery.number() <= lastRead) {
      fresh.put(delivery.number(), delivery);
    }
  }

  /** The message with the number is acknowledged: a page that is on its way may still have it. */
  void skip(long number) {
    if (open && number > lastRead) {
      gone.add(number);
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
                    }
                  }));
    }
  }

  /** Has the oldest messages dropped, when they are read. */
  void dropOldest(MessageQueue queue, int messages) {
    if (dropping) {
      return;
    }
    dropping = true;
    int mine = epoch;
    // Those in flight stay, and are the oldest.
    queue.read(
        lastRead,
        messages + session.outbound().inFlight(),
        page -> session.command(() -> drop(mine == epoch ? page : List.of(), messages)));
  }

  private void drop(List<QueuedMessage> page, int messages) {
    dropping = false;
    if (session.hasMailUnderWay()) {
      return; // Some of it may be in the page. The mail asks again.
    }
    int left = messages;
    for (QueuedMessage stored : page) {
      long number = stored.number();
      boolean isHere = open && number > lastRead && !session.outbound().isInFlight(number);
      if (left > 0 && isHere && gone.add(number)) {
        left--;
        size--;
        fresh.remove(number);
        session.outbound().dropped(stored);
      }
    }
    session.outbound().makeRoom();
  }

  /** What can be sent now that a page was read. */
  private List<Delivery> take(List<QueuedMessage> page) {
    reading = false;
    boolean allMailTaken = !session.hasMailUnderWay();
    if (allMailTaken) {
      readAhead.clear();
    }
    List<Delivery> taken = new ArrayList<>(page.size());
    takeFreshUpTo(lastRead, taken);
    for (QueuedMessage stored : page) {
      lastRead = stored.number();
      Delivery inMemory = fresh.remove(stored.number());
      if (inMemory == null && !allMailTaken) {
        readAhead.add(stored.number());
      }
      if (!gone.remove(stored.number())) {
        taken.add(inMemory == null ? fromStore(stored) : inMemory);
        size -= session.outbound().isInFlight(stored.number()) ? 0 : 1;
      }
    }
    if (page.size() < PAGE) {
      open = false;
      takeFreshUpTo(Long.MAX_VALUE, taken);
      gone.clear();
    } else {
      fresh.tailMap(lastRead, false).clear(); // To be read in their turn.
    }
    if (!open) {
      size = 0;
    }
    return taken;
  }

  private void takeFreshUpTo(long number, List<Delivery> to) {
    var some = fresh.headMap(number, true);
    to.addAll(some.values());
    size -= some.size();
    some.clear();
  }

  private Delivery fromStore(QueuedMessage stored) {
    @Nullable String shared = stored.shared().isEmpty() ? null : stored.shared();
    return Delivery.ofStored(stored, shared == null ? null : session.subscription(shared));
  }
}
