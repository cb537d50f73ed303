@NullMarked
package io.logitstream.console.commands;

import org.jspecify.annotations.NullMarked;
