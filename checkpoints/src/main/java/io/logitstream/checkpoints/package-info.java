/** Checkpoints on Kafka: artifacts in chunks, manifests, and the training ledger. */
@NullMarked
package io.logitstream.checkpoints;

import org.jspecify.annotations.NullMarked;
