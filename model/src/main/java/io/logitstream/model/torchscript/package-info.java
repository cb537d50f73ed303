/**
 * Stateless TorchScript programs, written and run. The only package that touches the PyTorch
 * engine's own classes.
 */
@NullMarked
package io.logitstream.model.torchscript;

import org.jspecify.annotations.NullMarked;
