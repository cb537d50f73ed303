/** Which classes Avro may make objects of. */
@NullMarked
package io.logitstream.schemas.trust;

import org.jspecify.annotations.NullMarked;
