/** Runs that begin elsewhere in the log than at its first record, and what they would read. */
@NullMarked
package io.logitstream.trainer.replay;

import org.jspecify.annotations.NullMarked;
