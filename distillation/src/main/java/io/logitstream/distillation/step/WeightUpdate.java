package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import io.logitstream.distillation.optimizer.Muon;
import io.logitstream.distillation.optimizer.MuonProgram;
import io.logitstream.distillation.optimizer.OptimizerProgram;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightLayout.Role;
import io.logitstream.model.torchscript.TorchProgram;
import java.util.ArrayList;
import java.util.List;

/** Moves weights along their gradients: which of them, how, and by what part they decay. */
final class WeightUpdate {
  /** The methods that it calls. */
  static final String SOURCE = OptimizerProgram.SOURCE + MuonProgram.SOURCE;

  private final OptimizerSettings optimizer;
  private final List<Integer> trained;

  /** Places among the learned weights, by what is done to the weights there. */
  private final List<Integer> orthogonal = new ArrayList<>();

  private final List<Integer> decaying = new ArrayList<>();
  private final List<Integer> constant = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if the freezing does not fit the model
   */
  WeightUpdate(ModelConfig config, OptimizerSettings optimizer) {
    this.optimizer = optimizer;
    this.trained = optimizer.freezing().trained(config);
    WeightLayout layout = WeightLayout.of(config);
    List<Integer> learned = layout.learned();
    for (int place : trained) {
      Role role = layout.slots().get(learned.get(place)).role();
      List<Integer> kind =
          switch (role) {
            case NORM, BIAS -> constant;
            case TABLE, ADAPTER_A, ADAPTER_B -> decaying;
            case MATRIX, RESIDUAL_MATRIX -> optimizer.muon().isPresent() ? orthogonal : decaying;
          };
      kind.add(place);
    }
  }

  /** Euclidean norm of the gradients of the weights that are trained. */
  double gradientNorm(TorchProgram program, List<NDArray> gradients) {
    return program.inferScalar("gradient_norm", choose(trained, gradients));
  }

  /**
   * Updates weights, moments and averages in place.
   *
   * @param program has the methods of {@link #SOURCE}
   * @param gradients by the learned weights, in their order; they may be changed
   * @param step from 1
   * @param gradientFactor multiplies the gradients
   */
  void apply(
      TorchProgram program,
      TrainingState state,
      List<NDArray> gradients,
      long step,
      double learningRate,
      double gradientFactor) {
    if (gradientFactor != 1) {
      program.inferScalar("scale", gradients, gradientFactor);
    }
    Tensors all =
        new Tensors(
            state.learnedTensors(),
            gradients,
            state.firstMomentTensors(),
            state.secondMomentTensors());
    state.beginUpdate();
    optimizer.muon().ifPresent(muon -> muon(program, muon, all.at(orthogonal), learningRate));
    adamW(program, all.at(decaying), optimizer.weightDecay(), step, learningRate);
    adamW(program, all.at(constant), 0, step, learningRate);
    if (optimizer.averages().isKept()) {
      program.inferScalar(
          "average", state.averageTensors(), all.weights(), optimizer.averages().shareAt(step));
    }
    state.endUpdate();
  }

  private void muon(TorchProgram program, Muon muon, Tensors own, double learningRate) {
    if (!own.weights().isEmpty()) {
      program.inferScalar(
          "muon",
          own.weights(),
          own.gradients(),
          own.firstMoments(),
          new double[] {learningRate, muon.momentum(), optimizer.weightDecay()});
    }
  }

  private void adamW(
      TorchProgram program, Tensors own, double weightDecay, long step, double learningRate) {
    if (!own.weights().isEmpty()) {
      program.inferScalar(
          "adamw",
          own.weights(),
          own.gradients(),
          own.firstMoments(),
          own.secondMoments(),
          new double[] {
            learningRate,
            optimizer.beta1(),
            optimizer.beta2(),
            optimizer.epsilon(),
            weightDecay,
            step
          });
    }
  }

  private record Tensors(
      List<NDArray> weights,
      List<NDArray> gradients,
      List<NDArray> firstMoments,
      List<NDArray> secondMoments) {
    Tensors at(List<Integer> places) {
      return new Tensors(
          choose(places, weights),
          choose(places, gradients),
          choose(places, firstMoments),
          choose(places, secondMoments));
    }
  }

  private static List<NDArray> choose(List<Integer> places, List<NDArray> tensors) {
    return places.stream().map(tensors::get).toList();
  }
}
