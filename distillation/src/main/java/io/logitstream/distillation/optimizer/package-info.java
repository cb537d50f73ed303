/** AdamW over float32 master weights. */
@NullMarked
package io.logitstream.distillation.optimizer;

import org.jspecify.annotations.NullMarked;
