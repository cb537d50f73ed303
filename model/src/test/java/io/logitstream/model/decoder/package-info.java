@NullMarked
package io.logitstream.model.decoder;

import org.jspecify.annotations.NullMarked;
