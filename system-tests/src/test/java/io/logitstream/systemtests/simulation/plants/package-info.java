/** Mistakes that are planted between services and their ports, for the simulation to find. */
@NullMarked
package io.logitstream.systemtests.simulation.plants;

import org.jspecify.annotations.NullMarked;
