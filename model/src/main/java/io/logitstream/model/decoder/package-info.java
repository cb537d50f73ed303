/**
 * Decoders of several families: configuration, weights, the program that computes them, Hugging
 * Face directories.
 */
@NullMarked
package io.logitstream.model.decoder;

import org.jspecify.annotations.NullMarked;
