/** The {@code logitstream} command line: its entry, what all commands share, and the only exit. */
@NullMarked
package io.logitstream.console;

import org.jspecify.annotations.NullMarked;
