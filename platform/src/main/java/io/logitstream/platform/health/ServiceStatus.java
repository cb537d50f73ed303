package io.logitstream.platform.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * How a service stands, as JSON for people: first what every service has, then its own.
 *
 * <pre>
 * {"service": "trainer", "version": "0.1.0", "startedAt": "2026-…Z", "uptimeSeconds": 12,
 *  "live": true, "ready": true, "failure": null,
 *  "components": [{"name": "trainer", "ready": true, "why": "trains as records arrive"}, …],
 *  …}
 * </pre>
 *
 * What is its own comes from a record, whose components are named as they shall appear.
 */
public final class ServiceStatus {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final String service;
  private final String version;
  private final Health health;
  private final Supplier<?> own;
  private final Supplier<Instant> clock;
  private final Instant startedAt;

  /**
   * A service that starts now.
   *
   * @param service producer, teacher, trainer …
   * @param version of the build
   * @param own what the service tells of itself: a record; asked by any thread, at any time
   * @param clock the time of day
   */
  public ServiceStatus(
      String service, String version, Health health, Supplier<?> own, Supplier<Instant> clock) {
    this.service = service;
    this.version = version;
    this.health = health;
    this.own = own;
    this.clock = clock;
    this.startedAt = clock.get();
  }

  /** What it is ready for, and why not. */
  Health health() {
    return health;
  }

  /** The status now, in UTF-8. */
  byte[] json() {
    ObjectNode status = JSON.createObjectNode();
    status.put("service", service);
    status.put("version", version);
    status.put("startedAt", startedAt.toString());
    status.put("uptimeSeconds", Duration.between(startedAt, clock.get()).toSeconds());
    status.put("live", health.isLive());
    status.put("ready", health.isReady());
    status.put("failure", health.failure().orElse(null));
    status.set("components", JSON.valueToTree(health.components()));
    status.setAll(JSON.<ObjectNode>valueToTree(own.get()));
    try {
      return (JSON.writeValueAsString(status) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }
}
