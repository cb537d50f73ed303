/** A Kafka log in memory, whose clients lose, delay and repeat what a network may. */
@NullMarked
package io.logitstream.systemtests.simulation.log;

import org.jspecify.annotations.NullMarked;
