package io.strmqtt.dist;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * The signal SIGHUP. The JDK has no supported way to receive one: {@code sun.misc.Signal} of
 * jdk.unsupported is what there is, and is reached by its name because the compiler rightly warns
 * of it.
 */
final class HangUp {
  private HangUp() {}

  /**
   * Runs the action at each SIGHUP, on a thread of its own.
   *
   * @return whether this machine has the signal
   */
  static boolean onSignal(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler calls =
          (self, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  action.run();
                  yield null;
                }
                case "equals" -> self == arguments[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> "HangUp";
              };
      signal
          .getMethod("handle", signal, handler)
          .invoke(
              null,
              signal.getConstructor(String.class).newInstance("HUP"),
              Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, calls));
      return true;
    } catch (ReflectiveOperationException e) {
      return false; // No such signal here, or the JVM was told to leave it alone (-Xrs).
    }
  }
}
