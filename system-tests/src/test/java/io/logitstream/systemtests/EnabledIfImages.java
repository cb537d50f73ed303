package io.logitstream.systemtests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs where Docker has these images, and is skipped with the reason elsewhere. Nothing
 * is pulled: a machine without a way out would wait for it in vain.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ImageCondition.class)
@interface EnabledIfImages {
  /** Names with tags, as {@code docker pull} takes them. */
  String[] value();
}
