/** The topics of a pipeline: their names, keys and settings, in one place. */
@NullMarked
package io.logitstream.schemas.topics;

import org.jspecify.annotations.NullMarked;
