@NullMarked
package io.logitstream.trainer.rehearsal;

import org.jspecify.annotations.NullMarked;
