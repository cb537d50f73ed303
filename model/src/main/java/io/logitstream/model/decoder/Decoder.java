package io.logitstream.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.model.torchscript.TorchProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A frozen decoder on the device. Belongs to the thread that loaded it. */
public final class Decoder implements AutoCloseable {
  /**
   * Rows are worked on in blocks of at most this many values: 16 MiB each of logits and the like.
   */
  private static final int BLOCK_VALUES_MAX = 1 << 22;

  /** How far the sum of a row of float32 probabilities may be from 1. */
  private static final double SUM_TOLERANCE = 0.01;

  /**
   * Few passes over what is V wide: the largest logit's probability gives the sum's logarithm, and
   * with it entropy and label.
   */
  private static final String DISTRIBUTIONS =
      """
        def distributions(self, h: Tensor, labels: Tensor, temperature: float, ps: List[Tensor]) -> List[Tensor]:
          z = self.head(h, ps)
          label = torch.gather(z, 1, labels)
          if torch.ne(temperature, 1.):
            label = label - torch.logsumexp(z, [1], True)
            z = torch.div_(z, temperature)
          p = torch.softmax(z, 1)
          largest, at = torch.max(z, 1, True)
          logp = torch.log(torch.gather(p, 1, at))
          if torch.eq(temperature, 1.):
            label = torch.add(torch.sub(label, largest), logp)
          shared = torch.sum(torch.mul_(torch.sub_(z, largest), p), [1])
          return [p, torch.neg(torch.add(torch.squeeze(logp, 1), shared)), torch.squeeze(label, 1)]
        def narrowed(self, w: Tensor) -> Tensor:
          return torch.to(w, 15)
        def rows(self, h: Tensor, index: Tensor) -> Tensor:
          return torch.index_select(torch.reshape(h, [-1, torch.size(h, -1)]), 0, index)
      """;

  private final TorchEngine engine;
  private final NDManager manager;
  private final TorchProgram program;
  private final ModelConfig config;
  private final List<NDArray> weights = new ArrayList<>();

  /** A block of distributions on its way to a consumer; kept from call to call. */
  private float[] block = {};

  private Decoder(TorchEngine engine, ModelConfig config, Weights weights, ComputeType type) {
    this.engine = engine;
    this.config = config;
    this.manager = engine.newManager();
    this.program =
        TorchProgram.compile(
            manager, DecoderProgram.source(config, type) + DISTRIBUTIONS + DrawProgram.SOURCE);
    for (WeightTensor tensor : weights.tensors()) {
      this.weights.add(onDevice(tensor, type));
    }
  }

  /** A frozen model need not narrow its layers' matrices again for every batch. */
  private NDArray onDevice(WeightTensor tensor, ComputeType type) {
    NDArray wide = manager.create(tensor.values(), new Shape(tensor.slot().dimensions()));
    if (type == ComputeType.F32) {
      return wide;
    }
    return switch (tensor.slot().role()) {
      case TABLE, NORM, BIAS -> wide;
      case MATRIX, RESIDUAL_MATRIX, ADAPTER_A, ADAPTER_B -> {
        try (wide) {
          yield program.infer(manager, "narrowed", wide).singletonOrThrow();
        }
      }
    };
  }

  /** Receives distributions, row by row in the order of the positions asked for. */
  @FunctionalInterface
  public interface RowConsumer {
    /**
     * Takes a row.
     *
     * @param row index of the position asked for
     * @param probabilities holds the row's V probabilities from {@code offset}; valid during the
     *     call only
     * @param entropy the row's entropy at the temperature asked for, in nats
     * @param labelLogProbability log-probability of the label at temperature 1, in nats
     */
    void accept(
        int row, float[] probabilities, int offset, float entropy, float labelLogProbability);
  }

  /**
   * A position of a sequence.
   *
   * @param sequence index of the sequence
   * @param position t: predicts token t + 1
   */
  public record Position(int sequence, int position) {}

  /** Receives draws, row by row in the order of the positions asked for. */
  @FunctionalInterface
  public interface DrawConsumer {
    /**
     * Takes a row.
     *
     * @param row index of the position asked for
     * @param ids holds the row's M draws from {@code offset}, ascending; an id that is drawn again
     *     is there again; valid during the call only
     * @param entropy the row's entropy at the temperature asked for, in nats
     */
    void accept(int row, int[] ids, int offset, float entropy);
  }

  /** Puts a model on the engine's device. */
  public static Decoder load(
      TorchEngine engine, ModelConfig config, Weights weights, ComputeType computeType) {
    return new Decoder(engine, config, weights, computeType);
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /**
   * Teacher-forced distributions at positions of sequences.
   *
   * @param sequences tokens, T + 1 each; shorter ones are padded on the right
   * @param positions where distributions are wanted
   * @param temperature divides the logits
   * @param consumer called once a position, in order
   * @throws IllegalArgumentException if a sequence has fewer than 2 tokens, more than the model has
   *     positions, or ids that the model has not; or if the temperature is not positive
   */
  public void score(
      int[][] sequences, List<Position> positions, float temperature, RowConsumer consumer) {
    int blockRows = blockRows(positions);
    if (block.length < blockRows * config.vocabularySize()) {
      block = new float[blockRows * config.vocabularySize()];
    }
    inBlocks(
        sequences,
        positions,
        temperature,
        blockRows,
        (results, rows, from) -> scoreBlock(results, rows, temperature, from, consumer));
  }

  /**
   * Systematic samples of teacher-forced distributions, drawn on the device.
   *
   * @param sequences tokens, T + 1 each; shorter ones are padded on the right
   * @param positions where samples are wanted
   * @param temperature divides the logits
   * @param uniforms 64 random bits for each position
   * @param sampleSize M, from 1 to 2^16
   * @param consumer called once a position, in order
   * @throws IllegalArgumentException as {@link #score} does, and if a distribution is none
   */
  public void draw(
      int[][] sequences,
      List<Position> positions,
      float temperature,
      long[] uniforms,
      int sampleSize,
      DrawConsumer consumer) {
    if (uniforms.length != positions.size() || sampleSize < 1 || sampleSize > 1 << 16) {
      throw new IllegalArgumentException(
          "%d draws and %d uniforms for %d positions, expected 1 to 65536 and one each"
              .formatted(sampleSize, uniforms.length, positions.size()));
    }
    inBlocks(
        sequences,
        positions,
        temperature,
        blockRows(positions),
        (results, rows, from) ->
            drawBlock(results, rows, temperature, uniforms, sampleSize, from, consumer));
  }

  /** Rows of hidden states on the device, with the labels of their positions. */
  private record Rows(NDArray hidden, NDArray labels, int count) {}

  private interface BlockWork {
    void on(NDManager results, Rows rows, int firstRow);
  }

  private int blockRows(List<Position> positions) {
    return Math.min(positions.size(), Math.max(1, BLOCK_VALUES_MAX / config.vocabularySize()));
  }

  /** One forward pass over the sequences; then the positions, so many at a time. */
  private void inBlocks(
      int[][] sequences,
      List<Position> positions,
      float temperature,
      int blockRows,
      BlockWork work) {
    if (!(temperature > 0) || Float.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature is %s, expected a positive number".formatted(temperature));
    }
    int longest = 0;
    for (int[] tokens : sequences) {
      requireLength(tokens.length - 1);
      requireIds(tokens);
      longest = Math.max(longest, tokens.length - 1);
    }
    try (NDManager results = engine.newManager()) {
      NDArray hidden =
          program
              .infer(
                  results,
                  "hidden",
                  arguments(results, paddedInputs(results, sequences, longest), longest))
              .singletonOrThrow();
      for (int from = 0; from < positions.size(); from += blockRows) {
        List<Position> block =
            positions.subList(from, Math.min(from + blockRows, positions.size()));
        try (NDManager blockResults = engine.newManager()) {
          work.on(blockResults, rows(blockResults, hidden, sequences, longest, block), from);
        }
      }
    }
  }

  private Rows rows(
      NDManager owner, NDArray hidden, int[][] sequences, int longest, List<Position> positions) {
    long[] index = new long[positions.size()];
    long[] labels = new long[positions.size()];
    for (int i = 0; i < index.length; i++) {
      Position at = positions.get(i);
      index[i] = (long) at.sequence() * longest + at.position();
      labels[i] = sequences[at.sequence()][at.position() + 1];
    }
    return new Rows(
        program.infer(owner, "rows", hidden, owner.create(index)).singletonOrThrow(),
        owner.create(labels, new Shape(labels.length, 1)),
        labels.length);
  }

  private void scoreBlock(
      NDManager results, Rows rows, float temperature, int firstRow, RowConsumer consumer) {
    NDList distributions =
        program.infer(
            results, "distributions", rows.hidden(), rows.labels(), (double) temperature, weights);
    copy(distributions.get(0), block);
    float[] entropies = distributions.get(1).toFloatArray();
    float[] labelLogProbabilities = distributions.get(2).toFloatArray();
    for (int i = 0; i < rows.count(); i++) {
      consumer.accept(
          firstRow + i, block, i * config.vocabularySize(), entropies[i], labelLogProbabilities[i]);
    }
  }

  private void drawBlock(
      NDManager results,
      Rows rows,
      float temperature,
      long[] uniforms,
      int sampleSize,
      int firstRow,
      DrawConsumer consumer) {
    long[] bits = Arrays.copyOfRange(uniforms, firstRow, firstRow + rows.count());
    NDList draws =
        program.infer(
            results,
            "draws",
            rows.hidden(),
            rows.labels(),
            (double) temperature,
            results.create(bits, new Shape(bits.length, 1)),
            (long) sampleSize,
            weights);
    int[] ids = draws.get(0).toIntArray();
    long[] sums = draws.get(1).toLongArray();
    float[] entropies = draws.get(2).toFloatArray();
    for (int i = 0; i < rows.count(); i++) {
      double sum = sums[i] / DrawProgram.SCALE;
      if (!Float.isFinite(entropies[i]) || Math.abs(sum - 1) > SUM_TOLERANCE) {
        throw new IllegalArgumentException(
            "the probabilities of a row add up to %s and have an entropy of %s, expected 1 and a finite one"
                .formatted(sum, entropies[i]));
      }
      consumer.accept(firstRow + i, ids, i * sampleSize, entropies[i]);
    }
  }

  /**
   * Reads a prompt and starts a key/value cache.
   *
   * @param tokens at least one
   */
  public Continuation start(int[] tokens) {
    return new Continuation(tokens);
  }

  @Override
  public void close() {
    program.close();
    manager.close();
  }

  private void requireLength(int length) {
    if (length < 1 || length > config.maxPositions()) {
      throw new IllegalArgumentException(
          "%d positions, expected 1 to the model's %d".formatted(length, config.maxPositions()));
    }
  }

  private void requireIds(int... tokens) {
    for (int token : tokens) {
      if (token < 0 || token >= config.vocabularySize()) {
        throw new IllegalArgumentException(
            "token %d, expected an id below %d".formatted(token, config.vocabularySize()));
      }
    }
  }

  /** Copies a tensor straight from its memory into an array that is used again. */
  private static void copy(NDArray from, float[] to) {
    from.toByteBuffer(true).asFloatBuffer().get(to, 0, Math.toIntExact(from.size()));
  }

  private static NDArray paddedInputs(NDManager owner, int[][] sequences, int longest) {
    long[] inputs = new long[sequences.length * longest];
    for (int b = 0; b < sequences.length; b++) {
      for (int t = 0; t < sequences[b].length - 1; t++) {
        inputs[b * longest + t] = sequences[b][t];
      }
    }
    return owner.create(inputs, new Shape(sequences.length, longest));
  }

  private Object[] arguments(NDManager owner, NDArray tokens, int positions) {
    List<NDArray> rotary = DecoderProgram.rotary(owner, config, positions);
    return new Object[] {tokens, rotary.get(0), rotary.get(1), weights};
  }

  /** A text that is being written: its keys and values, and the logits of the next token. */
  public final class Continuation implements AutoCloseable {
    private NDManager state;
    private NDList cache;
    private int length;

    private Continuation(int[] tokens) {
      requireLength(tokens.length);
      requireIds(tokens);
      long[] inputs = new long[tokens.length];
      for (int t = 0; t < inputs.length; t++) {
        inputs[t] = tokens[t];
      }
      this.state = engine.newManager();
      NDArray prompt = state.create(inputs, new Shape(1, inputs.length));
      this.cache = program.infer(state, "prefill", arguments(state, prompt, inputs.length));
      this.length = inputs.length;
    }

    /** Logits of the next token, (V) float32. */
    public float[] logits() {
      return cache.get(0).toFloatArray();
    }

    /** Number of tokens so far. */
    public int length() {
      return length;
    }

    /** Appends a token. */
    public void append(int token) {
      requireLength(length + 1);
      requireIds(token);
      NDManager next = engine.newManager();
      List<NDArray> rotary = DecoderProgram.rotary(next, config, length, length + 1);
      Object[] arguments = {
        next.create(new long[] {token}, new Shape(1, 1)),
        rotary.get(0),
        rotary.get(1),
        weights,
        List.copyOf(cache.subList(1, cache.size()))
      };
      NDList extended = program.infer(next, "extend", arguments);
      state.close();
      state = next;
      cache = extended;
      length++;
    }

    @Override
    public void close() {
      state.close();
    }
  }
}
