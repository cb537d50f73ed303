/** The entropy coding of sampled logits: its settings, and the priors that the teacher learns. */
@NullMarked
package io.logitstream.teacher.coding;

import org.jspecify.annotations.NullMarked;
