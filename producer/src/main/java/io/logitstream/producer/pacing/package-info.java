/** How many prompts a second leave the producer. */
@NullMarked
package io.logitstream.producer.pacing;

import org.jspecify.annotations.NullMarked;
