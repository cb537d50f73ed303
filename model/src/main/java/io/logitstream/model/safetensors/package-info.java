/** The safetensors file format, with 64-bit lengths. */
@NullMarked
package io.logitstream.model.safetensors;

import org.jspecify.annotations.NullMarked;
