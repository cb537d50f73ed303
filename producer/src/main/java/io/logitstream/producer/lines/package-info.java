/** Prompts as lines of JSON, from standard input and from files that may still be written. */
@NullMarked
package io.logitstream.producer.lines;

import org.jspecify.annotations.NullMarked;
