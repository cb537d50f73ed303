package io.logitstream.producer.source;

/** Why a document gave no prompt. */
public enum SkipReason {
  /** It is not UTF-8. */
  NOT_UTF_8,
  /** It is larger than source.max-document-bytes. */
  TOO_LARGE,
  /** It is damaged in its archive. */
  DAMAGED,
  /** It holds no text beside licences. */
  BLANK
}
