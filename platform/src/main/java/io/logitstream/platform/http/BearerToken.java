package io.logitstream.platform.http;

import com.sun.net.httpserver.HttpExchange;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * What those must bring who ask a server.
 *
 * @param token the token; empty where everybody may ask who reaches the server
 */
public record BearerToken(String token) {
  /** What is said to who does not bring it. */
  public static final String EXPECTED = "expected 'Authorization: Bearer TOKEN'";

  /**
   * Checks that there is a token where others than this machine reach the server.
   *
   * @param host what is listened on, and the setting that says so
   * @param setting the setting of the token
   * @throws ConfigurationException if there is none
   */
  public void requireUnlessLoopback(String host, Setting<?> hostSetting, Setting<?> setting) {
    if (token.isEmpty() && !isLoopback(host)) {
      throw new ConfigurationException(
          "%s is %s, which others reach, and %s is empty: set a token, or listen on 127.0.0.1"
              .formatted(hostSetting, host, setting));
    }
  }

  /** Whether a request brings it, or need not. */
  public boolean isBroughtBy(HttpExchange exchange) {
    if (token.isEmpty()) {
      return true;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] expected = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    return given != null && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return token.isEmpty() ? "BearerToken[none]" : "BearerToken[…]";
  }
}
