/** Holds the teacher back while those who read its logits are far behind. */
@NullMarked
package io.logitstream.teacher.backpressure;

import org.jspecify.annotations.NullMarked;
