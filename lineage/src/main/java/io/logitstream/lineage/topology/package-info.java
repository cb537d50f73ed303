/** The Kafka Streams topology that fills the stores. */
@NullMarked
package io.logitstream.lineage.topology;

import org.jspecify.annotations.NullMarked;
