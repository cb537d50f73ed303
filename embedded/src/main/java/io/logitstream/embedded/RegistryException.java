package io.logitstream.embedded;

/** An answer of the registry other than success: HTTP status, Confluent's error code, message. */
final class RegistryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final int errorCode;

  private RegistryException(int status, int errorCode, String message) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  int status() {
    return status;
  }

  int errorCode() {
    return errorCode;
  }

  static RegistryException badRequest(String reason) {
    return new RegistryException(400, 400, reason);
  }

  static RegistryException noSuchPath(String path) {
    return new RegistryException(404, 404, "HTTP 404 Not Found: " + path);
  }

  static RegistryException methodNotAllowed(String method) {
    return new RegistryException(405, 405, "HTTP 405 Method Not Allowed: " + method);
  }

  static RegistryException tooLarge(int bytesMax) {
    return new RegistryException(413, 413, "The request is larger than " + bytesMax + " bytes");
  }

  static RegistryException subjectNotFound(String subject) {
    return new RegistryException(404, 40401, "Subject '" + subject + "' not found.");
  }

  static RegistryException versionNotFound(String version) {
    return new RegistryException(404, 40402, "Version " + version + " not found.");
  }

  static RegistryException schemaNotFound() {
    return new RegistryException(404, 40403, "Schema not found");
  }

  static RegistryException schemaNotFound(int id) {
    return new RegistryException(404, 40403, "Schema " + id + " not found");
  }

  static RegistryException subjectNotDeletedFirst(String subject) {
    return new RegistryException(
        404,
        40405,
        "Subject '" + subject + "' was not deleted first before being permanently deleted");
  }

  static RegistryException versionNotDeletedFirst(String subject, int version) {
    return new RegistryException(
        404,
        40407,
        "Subject '"
            + subject
            + "' Version "
            + version
            + " was not deleted first before being permanently deleted");
  }

  static RegistryException noLevelOfSubject(String subject) {
    return new RegistryException(
        404,
        40408,
        "Subject '" + subject + "' does not have subject-level compatibility configured");
  }

  static RegistryException noModeOfSubject(String subject) {
    return new RegistryException(
        404, 40409, "Subject '" + subject + "' does not have subject-level mode configured");
  }

  static RegistryException incompatible(String subject, String details) {
    return new RegistryException(
        409,
        409,
        "Schema being registered is incompatible with an earlier schema for subject \""
            + subject
            + "\", details: ["
            + details
            + "]");
  }

  static RegistryException invalidSchema(String reason) {
    return new RegistryException(422, 42201, "Invalid schema: " + reason);
  }

  static RegistryException invalidVersion(String version) {
    return new RegistryException(
        422,
        42202,
        "The specified version '"
            + version
            + "' is not a valid version id. Allowed values are between [1, 2^31-1] and the string"
            + " \"latest\"");
  }

  static RegistryException invalidLevel(String level) {
    return new RegistryException(422, 42203, "Invalid compatibility level '" + level + "'");
  }

  static RegistryException storeFailed(Exception cause) {
    RegistryException failed =
        new RegistryException(500, 50001, "Error in the backend data store: " + cause);
    failed.initCause(cause);
    return failed;
  }

  static RegistryException internal(Exception cause) {
    RegistryException failed = new RegistryException(500, 500, "Internal error: " + cause);
    failed.initCause(cause);
    return failed;
  }

  static RegistryException notReady() {
    return new RegistryException(503, 50301, "The registry is still reading its topic; try again");
  }
}
