/**
 * Texts on disk as an order of prompts. The order is a function of the files and of the settings
 * alone, and any place in it can be gone back to: no Kafka and no clock here.
 */
@NullMarked
package io.logitstream.producer.source;

import org.jspecify.annotations.NullMarked;
