@NullMarked
package io.logitstream.console.demo;

import org.jspecify.annotations.NullMarked;
