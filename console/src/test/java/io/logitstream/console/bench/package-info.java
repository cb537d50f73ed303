@NullMarked
package io.logitstream.console.bench;

import org.jspecify.annotations.NullMarked;
