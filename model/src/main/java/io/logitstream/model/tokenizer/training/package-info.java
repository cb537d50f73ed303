/** Learns a byte-level BPE from texts, as the Hugging Face library does. */
@NullMarked
package io.logitstream.model.tokenizer.training;

import org.jspecify.annotations.NullMarked;
