package io.strmqtt.session.rocks;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The unit each thread gathers. */
final class Gathering {
  private final ThreadLocal<Hand> hands = ThreadLocal.withInitial(this::newHand);
  private final List<WeakReference<Hand>> all = new ArrayList<>();

  /** The calling thread's unit; a new one if there is none. */
  Unit open() {
    Hand hand = hands.get();
    Unit unit = hand.unit;
    if (unit == null) {
      unit = new Unit();
      hand.unit = unit;
    }
    return unit;
  }

  /** Takes the calling thread's unit; empty if it has gathered nothing. */
  Optional<Unit> seal() {
    return take(hands.get());
  }

  /** Takes what is left of all threads, which have ended or make no more changes. */
  List<Unit> sealAll() {
    List<Unit> units = new ArrayList<>();
    synchronized (all) {
      for (WeakReference<Hand> reference : all) {
        Hand hand = reference.get();
        if (hand != null) {
          take(hand).ifPresent(units::add);
        }
      }
    }
    return units;
  }

  private static Optional<Unit> take(Hand hand) {
    Unit unit = hand.unit;
    hand.unit = null;
    return Optional.ofNullable(unit);
  }

  private Hand newHand() {
    Hand hand = new Hand();
    synchronized (all) {
      all.removeIf(reference -> reference.refersTo(null));
      all.add(new WeakReference<>(hand));
    }
    return hand;
  }

  private static final class Hand {
    volatile @Nullable Unit unit;
  }
}
