/** The services on clusters as they are run: secured, replicated, with quotas. */
@NullMarked
package io.logitstream.systemtests.secured;

import org.jspecify.annotations.NullMarked;
