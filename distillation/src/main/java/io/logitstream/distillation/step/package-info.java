/** The training step: micro-batches, gradients, one update of the weights. */
@NullMarked
package io.logitstream.distillation.step;

import org.jspecify.annotations.NullMarked;
