/** Prompts as clients offer them, over HTTP or as lines of JSON. */
@NullMarked
package io.logitstream.producer.offered;

import org.jspecify.annotations.NullMarked;
