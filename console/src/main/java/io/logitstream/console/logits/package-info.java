/** Looking into logs of teacher logits, and writing them in other encodings. */
@NullMarked
package io.logitstream.console.logits;

import org.jspecify.annotations.NullMarked;
