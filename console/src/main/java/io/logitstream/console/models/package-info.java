/** Models in memory, from directories and from checkpoints on the topics. */
@NullMarked
package io.logitstream.console.models;

import org.jspecify.annotations.NullMarked;
