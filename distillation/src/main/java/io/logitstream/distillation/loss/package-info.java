/** Losses on what teachers say, and what they add up to. */
@NullMarked
package io.logitstream.distillation.loss;

import org.jspecify.annotations.NullMarked;
