package io.logitstream.schemas.trust;

import io.logitstream.schemas.Prompt;
import org.apache.avro.util.ClassSecurityValidator;

/** Makes the generated classes known to Avro, which makes no objects of classes nobody trusts. */
public final class TrustedSchemas {
  static {
    // What the process trusted before stays so.
    String ours = Prompt.class.getPackageName();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(ours)));
  }

  private TrustedSchemas() {}

  /** Trusts them, for as long as the process lives. Doing so again changes nothing. */
  public static void trust() {
    // The class's initialiser has done it.
  }
}
