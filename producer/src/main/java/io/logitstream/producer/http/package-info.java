/** Prompts over HTTP. */
@NullMarked
package io.logitstream.producer.http;

import org.jspecify.annotations.NullMarked;
