@NullMarked
package io.logitstream.model.torchscript;

import org.jspecify.annotations.NullMarked;
