/** Text generation with a key/value cache. */
@NullMarked
package io.logitstream.model.generation;

import org.jspecify.annotations.NullMarked;
