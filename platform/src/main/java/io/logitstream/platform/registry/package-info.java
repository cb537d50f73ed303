/** Avro records in the Confluent wire format, by Confluent's own serdes and registry client. */
@NullMarked
package io.logitstream.platform.registry;

import org.jspecify.annotations.NullMarked;
