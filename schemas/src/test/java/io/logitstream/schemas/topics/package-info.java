@NullMarked
package io.logitstream.schemas.topics;

import org.jspecify.annotations.NullMarked;
