/** Liveness, readiness and metrics over HTTP on loopback. */
@NullMarked
package io.logitstream.platform.health;

import org.jspecify.annotations.NullMarked;
