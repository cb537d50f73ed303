/** A step: its records, its computation, its entry in the ledger, its telemetry. */
@NullMarked
package io.logitstream.trainer.training;

import org.jspecify.annotations.NullMarked;
