package io.logitstream.console.bench.device;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds a device to the CPU, and to itself: what training promises of equal bytes is only as good
 * as the device's kernels, which may add in another order each time.
 *
 * @param trained the model that is trained and drawn from
 * @param others models of which logits alone are compared
 */
public record DeviceBench(ComparedModel trained, List<ComparedModel> others) {
  public DeviceBench {
    others = List.copyOf(others);
  }

  /** Compares; every finding, in the order of the checks. */
  public List<Finding> run(TorchEngine device, TorchEngine cpu) {
    List<Finding> findings = new ArrayList<>();
    LogitsComparison logits = new LogitsComparison(device, cpu);
    findings.add(logits.of(trained));
    others.forEach(model -> findings.add(logits.of(model)));
    findings.add(new DrawComparison(device).of(trained));
    TrainingComparison training = new TrainingComparison(device, cpu, trained);
    findings.add(training.besideTheCpu());
    for (ComputeType computeType : ComputeType.values()) {
      findings.add(training.besideItself(computeType, false));
      findings.add(training.besideAnInterruptedRun(computeType));
    }
    findings.add(training.besideItself(ComputeType.F32, true));
    return findings;
  }

  /** What was found, as one object. */
  public static Map<String, Object> figures(TorchEngine device, List<Finding> findings) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "device");
    figures.put("device", device.deviceName());
    figures.put("threads", device.threads());
    figures.put("libtorch", device.libtorchVersion());
    figures.put("findings", findings.stream().map(Finding::figures).toList());
    figures.put("holds", findings.stream().allMatch(Finding::holds));
    return figures;
  }
}
