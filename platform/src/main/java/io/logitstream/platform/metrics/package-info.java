/** The meters of a process. */
@NullMarked
package io.logitstream.platform.metrics;

import org.jspecify.annotations.NullMarked;
