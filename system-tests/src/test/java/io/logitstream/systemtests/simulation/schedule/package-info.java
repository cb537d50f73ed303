/** Threads that run one at a time, in an order and a time that a seed decides. */
@NullMarked
package io.logitstream.systemtests.simulation.schedule;

import org.jspecify.annotations.NullMarked;
