"""How many tokens a whole loop of distillation trains in a second: the demo's pipeline beside TRL's GKDTrainer, on the same cores and the same text.

Both have a teacher and a student of the same shapes with random weights, windows of the same length, the same batch, and forward KL to the teacher
(lmbda 0, beta 0). TRL asks its teacher at every step; the pipeline asks it once, and a second student, which reads the log, is timed too.
"""

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from peer_learn import DOMAINS, ROOT, TEACHER, split, windows

SHAPES = {
    "teacher": {"num_hidden_layers": 8, "hidden_size": 384, "num_attention_heads": 12, "num_key_value_heads": 6, "intermediate_size": 1024},
    "student": {"num_hidden_layers": 6, "hidden_size": 320, "num_attention_heads": 10, "num_key_value_heads": 5, "intermediate_size": 1024},
}
BATCH = 8
UNTIMED_STEPS = 3


def make_models(folder: Path) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    for seed, (name, shape) in enumerate(SHAPES.items()):
        config = AutoConfig.from_pretrained(TEACHER, dtype="float32", head_dim=32, **shape)
        torch.manual_seed(seed)
        AutoModelForCausalLM.from_config(config, dtype=torch.float32).save_pretrained(folder / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(TEACHER / file, folder / name / file)


def trl(folder: Path, steps: int) -> None:
    """Trains some steps with GKDTrainer and prints how many tokens it trained in how many seconds; runs in a process of its own."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl.experimental.gkd import GKDConfig, GKDTrainer

    tokenizer = Tokenizer.from_file(str(TEACHER / "tokenizer.json"))
    texts, _ = split(folder / "texts")
    rng = random.Random(1)
    found = []
    for domain in DOMAINS:
        for text in rng.sample(texts[domain], 400):
            found += windows(tokenizer, text)
    rng.shuffle(found)
    counted = []

    def collate(rows: list[dict]) -> dict[str, torch.Tensor]:
        longest = max(len(row["ids"]) for row in rows)
        ids = torch.tensor([row["ids"] + [1] * (longest - len(row["ids"])) for row in rows])
        real = torch.tensor([[i < len(row["ids"]) for i in range(longest)] for row in rows])
        counted.append(int(real.sum()) - len(rows))
        return {"input_ids": ids, "attention_mask": real.long(), "labels": ids.masked_fill(~real, -100)}

    class Clock(TrainerCallback):
        def __init__(self) -> None:
            self.ends: list[float] = []

        def on_step_end(self, args, state, control, **_):
            self.ends.append(time.perf_counter())

    clock = Clock()
    processing = AutoTokenizer.from_pretrained(folder / "teacher")
    processing.pad_token = processing.eos_token
    trainer = GKDTrainer(
        model=AutoModelForCausalLM.from_pretrained(folder / "student"),
        teacher_model=AutoModelForCausalLM.from_pretrained(folder / "teacher"),
        args=GKDConfig(
            output_dir=str(folder / "trl"),
            lmbda=0.0,
            beta=0.0,
            temperature=1.0,
            per_device_train_batch_size=BATCH,
            max_steps=steps,
            learning_rate=3e-4,
            gradient_checkpointing=False,
            bf16=False,
            use_cpu=True,
            save_strategy="no",
            report_to=[],
            logging_steps=1000,
            disable_tqdm=True,
        ),
        data_collator=collate,
        train_dataset=rows(found),
        processing_class=processing,
        callbacks=[clock],
    )
    trainer.train()
    tokens = sum(counted[UNTIMED_STEPS:steps])
    print("\n" + json.dumps({"tokens": tokens, "seconds": clock.ends[-1] - clock.ends[UNTIMED_STEPS - 1]}))


def rows(found: list[list[int]]):
    from datasets import Dataset

    return Dataset.from_dict({"ids": found})


def settings(folder: Path) -> list[str]:
    chosen = {
        "train.step-records": BATCH,
        "loss.soft-weight": 1,
        "optimizer.kind": "adamw",
        "optimizer.learning-rate": 3e-4,
        "compute.type": "f32",
        "compute.threads": os.cpu_count(),
        "train.micro-batch-tokens": 2048,
        "evaluation.every-steps": 100000,
        "checkpoint.every-steps": 200,
        # A teacher that is far ahead has worked for steps that are not counted.
        "backpressure.max-lag": 64,
    }
    return [part for name, value in chosen.items() for part in ("--set", f"{name}={value}")] + ["--student", str(folder / "student")]


def pipeline(folder: Path, duration: str) -> dict[str, float]:
    report = folder / "demo.json"
    command = [ROOT / "logitstream", "demo", "--plain", "--duration", duration, "--report", report, "--data", folder / "demo"]
    command += ["--teacher", folder / "teacher", *settings(folder)]
    for domain in DOMAINS:
        command += ["--traffic", f"{domain}={folder / 'texts' / domain}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    figures = json.loads(report.read_text())
    return {"tokens": figures["trainedTokens"], "seconds": figures["seconds"] - figures["coldStartToFirstStepSeconds"]}


def from_the_log(folder: Path, steps: int) -> float:
    """Tokens a second of a second student, which trains on both cores from what the pipeline left; its first ten seconds are not counted, as TRL's first steps are not."""
    broker = [ROOT / "logitstream", "broker", "--data", folder / "demo" / "kafka", "--port", "0", "--registry-port", "0", "--output", "json"]
    with subprocess.Popen(broker, stdout=subprocess.PIPE, text=True) as process:
        try:
            started = json.loads(process.stdout.readline())
            addresses = ["--bootstrap-servers", started["bootstrapServers"], "--registry-url", started["registryUrl"]]
            command = [ROOT / "logitstream", "train", "--run", f"again-{time.time_ns()}", "--steps", str(steps), *addresses, *settings(folder)]
            command += ["--set", "train.stop-when-idle=true", "--set", "health.port=0"]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        finally:
            process.terminate()
    told = re.findall(r"step [\d,]+, ([\d,]+) tokens \(([\d,]+) tokens/s", done.stdout)
    if len(told) < 2:
        raise SystemExit(f"{steps} steps from the log were too few to time, or the log was shorter:\n{done.stdout}")
    (first, first_rate), (last, last_rate) = ([float(number.replace(",", "")) for number in line] for line in (told[0], told[-1]))
    return (last - first) / (last / last_rate - first / first_rate)


def compare(steps: int, rounds: int, folder: Path) -> dict[str, object]:
    """Times the pipeline once, then TRL and the second student in turns; nothing else should run."""
    from compare_peers import interval

    split(folder / "texts")
    make_models(folder)
    command = [sys.executable, Path(__file__).with_name("compare_peers.py"), "trl", "--peer", "--steps", str(steps), "--folder", folder]

    def peer() -> float:
        other = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        return other["tokens"] / other["seconds"]

    own = pipeline(folder, "4m")
    pairs = []
    for round_ in range(rounds):
        if round_ % 2 == 0:
            other, log = peer(), from_the_log(folder, 3 * steps)
        else:
            log, other = from_the_log(folder, 3 * steps), peer()
        pairs.append((log, other))
        print(f"round {round_ + 1}: from the log {log:.0f} tokens/s, TRL {other:.0f}", file=sys.stderr)
    log_rate, trl_rate = (statistics.median(rates) for rates in zip(*pairs))
    own_rate = own["tokens"] / own["seconds"]
    return {
        "comparison": "trl",
        "dtype": "f32",
        "shapes": SHAPES,
        "rounds": rounds,
        "trlTokensPerSecond": round(trl_rate),
        "pipelineTokensPerSecond": round(own_rate),
        "fromTheLogTokensPerSecond": round(log_rate),
        "pipelineToTrl": round(own_rate / trl_rate, 3),
        "fromTheLogToTrl": round(log_rate / trl_rate, 3),
        "fromTheLogToTrlInterval95": interval(pairs),
    }
