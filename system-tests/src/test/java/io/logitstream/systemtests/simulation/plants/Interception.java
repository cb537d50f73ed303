package io.logitstream.systemtests.simulation.plants;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** What is done in place of the calls of an interface. */
@FunctionalInterface
interface Interception {
  /** A call that goes on to the one behind. */
  @FunctionalInterface
  interface Call {
    @Nullable Object proceed() throws Throwable;
  }

  /**
   * Does a call, or something else.
   *
   * @return what the caller is given
   */
  @Nullable Object intercept(String method, Object[] arguments, Call call) throws Throwable;

  /** Something that is called in another's place. */
  static <T> T of(Class<T> type, T behind, Interception interception) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                interception.intercept(
                    method.getName(),
                    arguments == null ? new Object[0] : arguments,
                    () -> {
                      try {
                        return method.invoke(behind, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    })));
  }
}
