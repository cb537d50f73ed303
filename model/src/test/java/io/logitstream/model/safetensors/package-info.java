@NullMarked
package io.logitstream.model.safetensors;

import org.jspecify.annotations.NullMarked;
