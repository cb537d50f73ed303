/** The index over HTTP: for the command line, for other instances and for programs. */
@NullMarked
package io.logitstream.lineage.http;

import org.jspecify.annotations.NullMarked;
