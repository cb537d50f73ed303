/** Older records, drawn again into each step, so that what traffic no longer brings is kept. */
@NullMarked
package io.logitstream.trainer.rehearsal;

import org.jspecify.annotations.NullMarked;
