/** Tests of checkpoints on a real broker. */
@NullMarked
package io.logitstream.checkpoints;

import org.jspecify.annotations.NullMarked;
