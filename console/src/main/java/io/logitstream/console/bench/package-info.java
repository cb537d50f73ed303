/** Benchmarks: what they measure, each as one object of figures. */
@NullMarked
package io.logitstream.console.bench;

import org.jspecify.annotations.NullMarked;
