/** Tests of the trainer on a real broker, with a tiny model. */
@NullMarked
package io.logitstream.trainer;

import org.jspecify.annotations.NullMarked;
