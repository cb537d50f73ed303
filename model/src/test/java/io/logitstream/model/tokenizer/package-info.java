@NullMarked
package io.logitstream.model.tokenizer;

import org.jspecify.annotations.NullMarked;
