/** What students learn from each encoding of the same teacher on the same texts. */
@NullMarked
package io.logitstream.console.bench.quality;

import org.jspecify.annotations.NullMarked;
