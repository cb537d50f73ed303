/** From texts to windows of tokens, and from windows to batches. */
@NullMarked
package io.logitstream.teacher.batching;

import org.jspecify.annotations.NullMarked;
