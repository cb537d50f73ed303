/**
 * A whole pipeline in one process, watched through its own topics: what the demo shows and reports
 * is what any consumer of the topics can see.
 */
@NullMarked
package io.logitstream.console.demo;

import org.jspecify.annotations.NullMarked;
