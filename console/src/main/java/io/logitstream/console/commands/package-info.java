/** The commands, one class each. They wire; the work is done in the other modules. */
@NullMarked
package io.logitstream.console.commands;

import org.jspecify.annotations.NullMarked;
