@NullMarked
package io.logitstream.console;

import org.jspecify.annotations.NullMarked;
