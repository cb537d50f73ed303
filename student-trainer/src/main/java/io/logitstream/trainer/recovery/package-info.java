/** Where a run stands: taken over from its newest checkpoint, and committed to the next. */
@NullMarked
package io.logitstream.trainer.recovery;

import org.jspecify.annotations.NullMarked;
