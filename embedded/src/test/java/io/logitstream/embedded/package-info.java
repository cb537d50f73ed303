/** Tests of the embedded broker and registry, with ordinary clients. */
@NullMarked
package io.logitstream.embedded;

import org.jspecify.annotations.NullMarked;
