package io.logitstream.lineage.query;

import io.logitstream.platform.LogitstreamException;
import java.util.List;

/**
 * Which instance answers for what.
 *
 * <p>Both throw a {@link LogitstreamException}, RETRYABLE, while partitions are being moved.
 */
public interface StoreOwners {
  /** The instance that keeps the prompts of a promptId's partition. */
  IndexView ownerOf(String promptId);

  /** The instances that together keep all partitions of a store, each once. */
  List<IndexView> ownersOf(String store);
}
