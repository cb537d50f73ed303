/** Fetches and decodes records ahead of the training loop, within bounds. */
@NullMarked
package io.logitstream.trainer.ingest;

import org.jspecify.annotations.NullMarked;
