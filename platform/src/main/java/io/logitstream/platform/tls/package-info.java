/** TLS, as it fails. */
@NullMarked
package io.logitstream.platform.tls;

import org.jspecify.annotations.NullMarked;
