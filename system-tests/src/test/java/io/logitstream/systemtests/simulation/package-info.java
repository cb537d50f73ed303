/**
 * The real loops of the services over a simulated log, where a seed decides what fails and when;
 * and an audit of what they leave. {@code system-tests/simulate} runs it.
 */
@NullMarked
package io.logitstream.systemtests.simulation;

import org.jspecify.annotations.NullMarked;
