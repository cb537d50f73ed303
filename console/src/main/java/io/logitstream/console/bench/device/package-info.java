/** Whether a device computes what the CPU does, and the same whenever it is asked. */
@NullMarked
package io.logitstream.console.bench.device;

import org.jspecify.annotations.NullMarked;
