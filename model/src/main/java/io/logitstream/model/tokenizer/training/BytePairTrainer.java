package io.logitstream.model.tokenizer.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Byte-pair encoding (Sennrich et al., arXiv:1508.07909): the pair of neighbouring tokens that
 * occurs most often becomes a token, again and again. Ties go to the pair of the smallest ids. The
 * result is that of the Hugging Face library's trainer, with what follows from its bookkeeping: a
 * pair that comes up again is merged again, and a token that two pairs make is one token.
 */
public final class BytePairTrainer {
  private final int vocabularySize;
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> tokens = new ArrayList<>();
  private final List<Word> words = new ArrayList<>();
  private final Map<Long, Long> pairCounts = new HashMap<>();
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong((Candidate candidate) -> -candidate.count)
              .thenComparingLong(candidate -> candidate.pair));

  /** Words in which pairs have come up since the queue was last filled. */
  private Map<Long, Places> arisen = new TreeMap<>();

  private BytePairTrainer(int vocabularySize) {
    this.vocabularySize = vocabularySize;
  }

  /** A pair that may be merged next, and words that it stands in. */
  private static final class Candidate {
    private final long pair;
    private final Places places;
    private long count;

    Candidate(long pair, Places places, long count) {
      this.pair = pair;
      this.places = places;
      this.count = count;
    }
  }

  /** Indices of words, each once; added in ascending order. */
  private static final class Places {
    private int[] words = new int[2];
    private int size;

    void add(int word) {
      if (size > 0 && words[size - 1] == word) {
        return;
      }
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
      }
      words[size++] = word;
    }
  }

  /**
   * Learns a vocabulary.
   *
   * @param special tokens that no text becomes; they have the first ids
   * @param vocabularySize number of tokens, special ones and the 256 bytes included
   * @throws IllegalArgumentException if it has no room for them, or the texts give fewer tokens
   */
  public static BytePairVocabulary train(
      WordCounts counts, List<String> special, int vocabularySize) {
    BytePairTrainer trainer = new BytePairTrainer(vocabularySize);
    special.forEach(trainer::token);
    for (char character : ByteAlphabet.sorted()) {
      trainer.token(String.valueOf(character));
    }
    if (trainer.tokens.size() > vocabularySize) {
      throw new IllegalArgumentException(
          "a vocabulary of %d, expected at least %d for special tokens and bytes"
              .formatted(vocabularySize, trainer.tokens.size()));
    }
    trainer.read(counts.counts());
    List<BytePairVocabulary.Merge> merges = trainer.merge();
    if (trainer.tokens.size() < vocabularySize) {
      throw new IllegalArgumentException(
          "the texts give %d tokens, expected %d: train on more texts, or a smaller vocabulary"
              .formatted(trainer.tokens.size(), vocabularySize));
    }
    return new BytePairVocabulary(special, trainer.tokens, merges);
  }

  private int token(String text) {
    return ids.computeIfAbsent(
        text,
        added -> {
          tokens.add(added);
          return tokens.size() - 1;
        });
  }

  private void read(Map<String, Long> counts) {
    counts.forEach(
        (text, count) -> {
          int[] characters = text.chars().map(c -> token(String.valueOf((char) c))).toArray();
          int index = words.size();
          Word word = new Word(characters, count);
          words.add(word);
          word.pairs((first, second, by) -> changed(index, first, second, by));
        });
    enqueueArisen();
  }

  private List<BytePairVocabulary.Merge> merge() {
    Map<Long, BytePairVocabulary.Merge> merges = new LinkedHashMap<>();
    while (tokens.size() < vocabularySize && !queue.isEmpty()) {
      Candidate top = queue.remove();
      long count = pairCounts.getOrDefault(top.pair, 0L);
      if (top.count != count) {
        top.count = count;
        queue.add(top);
        continue;
      }
      if (count < 1) {
        break;
      }
      int first = (int) (top.pair >>> Integer.SIZE);
      int second = (int) top.pair;
      int merged = token(tokens.get(first) + tokens.get(second));
      // A pair that is merged again has its place after those that came in between.
      merges.remove(top.pair);
      merges.put(top.pair, new BytePairVocabulary.Merge(tokens.get(first), tokens.get(second)));
      for (int i = 0; i < top.places.size; i++) {
        int index = top.places.words[i];
        words.get(index).merge(first, second, merged, (a, b, by) -> changed(index, a, b, by));
      }
      enqueueArisen();
    }
    return List.copyOf(merges.values());
  }

  private void changed(int word, int first, int second, long by) {
    long pair = (long) first << Integer.SIZE | second;
    pairCounts.merge(pair, by, Long::sum);
    if (by > 0) {
      arisen.computeIfAbsent(pair, key -> new Places()).add(word);
    }
  }

  private void enqueueArisen() {
    arisen.forEach(
        (pair, places) -> {
          long count = pairCounts.getOrDefault(pair, 0L);
          if (count > 0) {
            queue.add(new Candidate(pair, places, count));
          }
        });
    arisen = new TreeMap<>();
  }
}
