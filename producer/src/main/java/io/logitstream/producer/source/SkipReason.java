package io.logitstream.producer.source;

/** Why a document gave no prompt. */
public enum SkipReason {
  NOT_UTF_8("is not UTF-8"),
  TOO_LARGE("is larger than source.max-document-bytes"),
  DAMAGED("is damaged in its archive"),
  BLANK("holds no text beside licences");

  private final String meaning;

  SkipReason(String meaning) {
    this.meaning = meaning;
  }

  /** The reason, as the end of a sentence that begins with the document's name. */
  public String meaning() {
    return meaning;
  }
}
