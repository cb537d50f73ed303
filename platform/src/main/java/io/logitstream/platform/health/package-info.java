/** Liveness, readiness, status and metrics over HTTP. */
@NullMarked
package io.logitstream.platform.health;

import org.jspecify.annotations.NullMarked;
