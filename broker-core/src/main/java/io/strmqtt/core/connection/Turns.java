package io.strmqtt.core.connection;

import io.strmqtt.api.Reason;
import io.strmqtt.core.session.Broker;
import io.strmqtt.mqtt.packet.ReasonCode;
import java.util.function.IntUnaryOperator;

/**
 * What one packet asks for, step by step, as many steps as one turn of the loop has room for. The
 * client's next packets wait until it is done. If the connection ends first, the rest is left
 * undone: nothing of it was acknowledged. On the connection's loop.
 */
final class Turns {
  /** What the steps of one turn may cost: a step, and what it says it costs beyond that. */
  private static final int BUDGET = 16 * 1024;

  private static final int STEP = 64;

  private final Active active;
  private final Broker broker;
  private final int steps;
  private final IntUnaryOperator step;
  private final Runnable then;
  private int next;

  /**
   * @param step does the step of the index and returns what it costs, about a character's work
   * @param then called behind the last step
   */
  Turns(Active active, Broker broker, int steps, IntUnaryOperator step, Runnable then) {
    this.active = active;
    this.broker = broker;
    this.steps = steps;
    this.step = step;
    this.then = then;
  }

  void begin() {
    if (!take()) {
      active.shard().beginWork();
      active.work(true);
      active.shard().later(this::goOn);
    }
  }

  private void goOn() {
    if (!active.isOpen()) {
      active.shard().endWork();
      return;
    }
    boolean done;
    try {
      done = take();
    } catch (RuntimeException | Error e) {
      active.shard().endWork(); // Others wait for it.
      active.end(Reason.INTERNAL_ERROR, ReasonCode.UNSPECIFIED_ERROR);
      throw e;
    }
    broker.storage().flush(); // No read ends behind it.
    if (done) {
      active.shard().endWork();
      active.work(false);
    } else {
      active.shard().later(this::goOn);
    }
  }

  /** Whether that was the last of it. */
  private boolean take() {
    for (int left = BUDGET; left > 0 && next < steps; next++) {
      left -= STEP + step.applyAsInt(next);
    }
    if (next < steps) {
      return false;
    }
    then.run();
    return true;
  }
}
