package io.logitstream.producer.source;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * SHA-256 of everything that decides which prompt stands at which place and which are held out. The
 * number of epochs is left out: reading a source once more goes on from where it ended.
 */
final class Fingerprint {
  private final MessageDigest digest = Hashes.sha256();

  private Fingerprint() {}

  static String of(SourceSettings settings, Catalog catalog) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add("format 1");
    fingerprint.add("seed " + settings.seed());
    fingerprint.add("weights " + new TreeMap<>(settings.weights()));
    settings
        .phases()
        .forEach(phase -> fingerprint.add("phase " + phase.domains() + " " + phase.prompts()));
    fingerprint.add("extensions " + new TreeSet<>(settings.extensions()));
    fingerprint.add("strip licences " + settings.stripLicences());
    fingerprint.add("characters " + settings.maxCharacters());
    fingerprint.add("document bytes " + settings.limits().documentBytes());
    fingerprint.add("held out " + settings.heldOut().perMille());
    for (String domain : settings.domains()) {
      fingerprint.add("domain " + domain);
      TreeMap<String, DocumentEntry> documents = new TreeMap<>();
      catalog.items(domain).forEach(item -> documents.put(item.document().name(), item.document()));
      documents.forEach(
          (name, document) ->
              fingerprint.add(document.bytes() + " " + document.checksum() + " " + name));
    }
    return HexFormat.of().formatHex(fingerprint.digest.digest());
  }

  private void add(String line) {
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
