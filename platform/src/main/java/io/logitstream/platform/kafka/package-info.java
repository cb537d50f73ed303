/** Kafka clients with bounded defaults, topics created and verified, partitions by key. */
@NullMarked
package io.logitstream.platform.kafka;

import org.jspecify.annotations.NullMarked;
