package io.logitstream.systemtests.secured;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;

/**
 * An authorization server that gives a token for a client's id and secret (RFC 6749, 4.4), a JWT
 * whose subject is the id. The secret of a client is NAME-secret.
 */
final class TokenServer implements AutoCloseable {
  static final String ISSUER = "https://authority.example";
  static final String AUDIENCE = "kafka";
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final KeyPair keys;
  private final HttpServer server;

  TokenServer() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext("/token", this::token);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%d/token".formatted(server.getAddress().getPort());
  }

  /** Writes the keys that tokens are verified with (RFC 7517). */
  Path writeKeys(Path file) throws IOException {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return Files.writeString(
        file,
        """
        {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": "%s", "e": "%s"}]}
        """
            .formatted(unsigned(key.getModulus()), unsigned(key.getPublicExponent())));
  }

  private static String unsigned(BigInteger number) {
    byte[] bytes = number.toByteArray();
    int sign = bytes[0] == 0 ? 1 : 0;
    byte[] magnitude = new byte[bytes.length - sign];
    System.arraycopy(bytes, sign, magnitude, 0, magnitude.length);
    return BASE64.encodeToString(magnitude);
  }

  private void token(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      String[] client =
          new String(
                  Base64.getDecoder().decode(authorization.substring("Basic ".length())),
                  StandardCharsets.UTF_8)
              .split(":", 2);
      boolean known = client[1].equals(client[0] + "-secret");
      byte[] answer =
          (known
                  ? "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", \"expires_in\": 3600}"
                      .formatted(signed(client[0]))
                  : "{\"error\": \"invalid_client\", \"error_description\": \"unknown client or wrong secret\"}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private String signed(String subject) {
    long now = Instant.now().getEpochSecond();
    String content =
        encoded("{\"alg\": \"RS256\", \"kid\": \"1\", \"typ\": \"JWT\"}")
            + "."
            + encoded(
                "{\"iss\": \"%s\", \"aud\": \"%s\", \"sub\": \"%s\", \"scope\": \"kafka\", \"iat\": %d, \"exp\": %d}"
                    .formatted(ISSUER, AUDIENCE, subject, now, now + 3600));
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String json) {
    return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
