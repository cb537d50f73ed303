package io.logitstream.schemas.topics;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Keys of records: plain UTF-8, parts separated by '/'. */
public final class RecordKeys {
  private static final String SEPARATOR = "/";

  private RecordKeys() {}

  /**
   * The identity of a prompt: a hash of its source and of its place there (or of the idempotency
   * key), so that reading the same place again gives the same prompt.
   *
   * @return 22 characters of base64url: the first 128 bits of a SHA-256
   */
  public static String promptId(String source, String place) {
    MessageDigest digest = sha256();
    digest.update(source.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    byte[] hash = digest.digest(place.getBytes(StandardCharsets.UTF_8));
    byte[] half = new byte[16];
    System.arraycopy(hash, 0, half, 0, half.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(half);
  }

  /** Key of a {@code TeacherLogits} record: promptId/window/revision. */
  public static String teacherLogits(String promptId, int window, String revision) {
    return promptId + SEPARATOR + window + SEPARATOR + segment("revision", revision);
  }

  /** Key of a source's idempotency key: source/key. */
  public static String idempotencyKey(String source, String key) {
    return segment("source", source) + SEPARATOR + key;
  }

  /** Key of a manifest, and the checkpoint's ID: run/sequence. */
  public static String checkpoint(String run, long sequence) {
    return segment("run", run) + SEPARATOR + sequence;
  }

  /** Key of a ledger entry that a manifest commits: run/sequence/index. */
  public static String ledgerEntry(String run, long sequence, int index) {
    return segment("run", run) + SEPARATOR + sequence + SEPARATOR + index;
  }

  /** Key of the ledger entry of a start: run/incarnation/number. */
  public static String incarnation(String run, long incarnation) {
    return segment("run", run) + SEPARATOR + "incarnation" + SEPARATOR + incarnation;
  }

  /** Key of a checkpoint chunk: run/incarnation/upload/index. */
  public static String checkpointChunk(String run, long incarnation, String upload, int index) {
    return segment("run", run)
        + SEPARATOR
        + incarnation
        + SEPARATOR
        + segment("upload", upload)
        + SEPARATOR
        + index;
  }

  /** Key of a chunk of a prior: sha256/index. */
  public static String priorChunk(String sha256, int index) {
    return sha256 + SEPARATOR + index;
  }

  /**
   * The value itself, where it can be a part of a key.
   *
   * @throws IllegalArgumentException if it is empty or contains '/'
   */
  public static String segment(String what, String value) {
    if (value.isEmpty() || value.contains(SEPARATOR)) {
      throw new IllegalArgumentException(
          "%s is '%s', expected a non-empty name without '/'".formatted(what, value));
    }
    return value;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
