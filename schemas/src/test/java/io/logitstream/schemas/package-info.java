@NullMarked
package io.logitstream.schemas;

import org.jspecify.annotations.NullMarked;
