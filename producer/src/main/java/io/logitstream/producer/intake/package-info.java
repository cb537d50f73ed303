/** Prompts and the position of their source onto their topics, in one transaction. */
@NullMarked
package io.logitstream.producer.intake;

import org.jspecify.annotations.NullMarked;
