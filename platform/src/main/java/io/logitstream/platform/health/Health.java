package io.logitstream.platform.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a process knows about itself. It is live until something failed, and ready when every
 * component says so. Safe for all threads.
 */
public final class Health {
  private final Map<String, State> components = new ConcurrentSkipListMap<>();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  /**
   * Says how a component stands. A component should say that it is not ready before it begins, so
   * that the process is not ready before it has.
   *
   * @param why the reason, as people read it
   */
  public void ready(String component, boolean ready, String why) {
    components.put(component, new State(ready, why));
  }

  /** Says that a component is over and counts no more. */
  public void gone(String component) {
    components.remove(component);
  }

  /** Says that the process cannot go on. The first failure stays. */
  public void failed(Throwable cause) {
    failure.compareAndSet(null, String.valueOf(cause));
  }

  /** Whether the process lives. */
  public boolean isLive() {
    return failure.get() == null;
  }

  /** Whether the process lives, has components, and all of them are ready. */
  public boolean isReady() {
    return isLive() && !components.isEmpty() && components.values().stream().allMatch(State::ready);
  }

  /** What ended the process, as people read it; empty while it lives. */
  public Optional<String> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** How each component stands, by name. */
  public List<Component> components() {
    List<Component> standing = new ArrayList<>();
    components.forEach(
        (name, state) -> standing.add(new Component(name, state.ready(), state.why())));
    return standing;
  }

  /** One line for the failure, if any, and one for each component: "NAME ready|waiting: WHY". */
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    String cause = failure.get();
    if (cause != null) {
      reasons.add("failed: " + cause);
    }
    List<Component> standing = components();
    for (Component component : standing) {
      reasons.add(
          "%s %s: %s"
              .formatted(
                  component.name(), component.ready() ? "ready" : "waiting", component.why()));
    }
    if (standing.isEmpty()) {
      reasons.add("nothing has started yet");
    }
    return reasons;
  }

  /**
   * How a component stands.
   *
   * @param why the reason, as people read it
   */
  public record Component(String name, boolean ready, String why) {}

  private record State(boolean ready, String why) {}
}
