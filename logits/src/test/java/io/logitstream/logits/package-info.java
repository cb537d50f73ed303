@NullMarked
package io.logitstream.logits;

import org.jspecify.annotations.NullMarked;
