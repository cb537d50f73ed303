#!/usr/bin/env python3
"""Compares Logitstream's benchmarks with the same work in plain PyTorch, in turns on the same machine.

    python tools/compare_peers.py step                     # a training step; needs torch and numpy
    python tools/compare_peers.py teacher                  # a teacher's scoring
    python tools/compare_peers.py step --dtype f32 --rounds 10 --steps 10
    python tools/compare_peers.py trl --rounds 5 --steps 30   # a whole loop beside TRL's; needs trl too
    python tools/compare_peers.py learn --steps 1600       # what students learn; needs transformers, and may share the machine

The first two: each round runs both, each in a process of its own, the one that went first going second in the next. Prints one JSON object: the medians of the rounds,
and the ratio of Logitstream's time to PyTorch's with a 95 % bootstrap interval over rounds (below 1: Logitstream is faster). Both have the machine's
allocator, the same threads, and no other work: run nothing beside it. The other two are told of in peer_trl.py and peer_learn.py.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHAPES = {"step": "L6 d320 H10 KV5 ff1024 V4096", "teacher": "L8 d384 H12 KV6 ff1024 V4096"}
BATCH, POSITIONS, IDS = 8, 256, 32
SOFT_WEIGHT = 0.9


def sizes(shape: str) -> dict[str, int]:
    return {part.rstrip("0123456789"): int(part.lstrip("LdHKVf")) for part in shape.split()}


def peer(kind: str, shape: str, dtype: str, steps: int, warmup: int, threads: int) -> list[float]:
    """Milliseconds of each step of a careful PyTorch loop; runs in a process of its own."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    s = sizes(shape)
    layers, width, heads, groups, inner, vocabulary = (s[k] for k in ("L", "d", "H", "KV", "ff", "V"))
    size = width // heads
    frequencies = 1e4 ** (-torch.arange(0, size, 2).float() / size)
    angles = torch.outer(torch.arange(POSITIONS).float(), frequencies)
    cos, sin = (torch.cat([f(angles)] * 2, -1) for f in (torch.cos, torch.sin))

    def rotate(x: torch.Tensor) -> torch.Tensor:
        half = size // 2
        turned = torch.cat([-x[..., half:], x[..., :half]], -1)
        return x * cos.to(x.dtype) + turned * sin.to(x.dtype)

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.between = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
            self.q = nn.Linear(width, heads * size, bias=False)
            self.k = nn.Linear(width, groups * size, bias=False)
            self.v = nn.Linear(width, groups * size, bias=False)
            self.o = nn.Linear(heads * size, width, bias=False)
            self.gate = nn.Linear(width, inner, bias=False)
            self.up = nn.Linear(width, inner, bias=False)
            self.down = nn.Linear(inner, width, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            b, t, _ = x.shape
            y = self.before(x)
            q = rotate(self.q(y).view(b, t, heads, size).transpose(1, 2))
            k = rotate(self.k(y).view(b, t, groups, size).transpose(1, 2))
            v = self.v(y).view(b, t, groups, size).transpose(1, 2)
            seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
            x = x + self.o(seen.transpose(1, 2).reshape(b, t, heads * size))
            y = self.between(x)
            return x + self.down(functional.silu(self.gate(y)) * self.up(y))

    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(vocabulary, width)
            self.layers = nn.ModuleList(Layer() for _ in range(layers))
            self.norm = nn.RMSNorm(width, 1e-5)

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            x = self.table(tokens)
            for layer in self.layers:
                x = layer(x)
            return functional.linear(self.norm(x), self.table.weight)

    model = Decoder()
    lowered = torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bf16")
    tokens = torch.randint(0, vocabulary, (BATCH, POSITIONS + 1))
    inputs, labels = tokens[:, :-1], tokens[:, 1:].reshape(-1)
    ids = torch.stack([torch.randperm(vocabulary)[:IDS] for _ in range(BATCH * POSITIONS)])
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, (0.9, 0.95), 1e-8, 0.1, fused=True)
    generator = torch.Generator().manual_seed(1)

    def train() -> None:
        optimizer.zero_grad(set_to_none=True)
        with lowered:
            logits = model(inputs)
        logs = functional.log_softmax(logits.float().view(-1, vocabulary), -1)
        soft = -logs.gather(1, ids).mean(1).mean()
        hard = functional.nll_loss(logs, labels)
        (SOFT_WEIGHT * soft + (1 - SOFT_WEIGHT) * hard).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    @torch.inference_mode()
    def score() -> None:
        with lowered:
            logits = model(inputs)
        probabilities = functional.softmax(logits.float().view(-1, vocabulary), -1)
        # What a systematic sample is made of: sums, and where they pass the next multiple.
        sums = probabilities.double().cumsum(-1)
        u = torch.rand(sums.shape[0], 1, generator=generator, dtype=torch.double)
        drawn = (sums * 19 + u).floor_()
        torch.nonzero(torch.diff(drawn, dim=-1, prepend=torch.zeros(sums.shape[0], 1, dtype=torch.double)))

    work = train if kind == "step" else score
    times = []
    for step in range(-warmup, steps):
        start = time.perf_counter()
        work()
        if step >= 0:
            times.append((time.perf_counter() - start) * 1e3)
    return times


def ours(kind: str, arguments: argparse.Namespace) -> float:
    count = "--steps" if kind == "step" else "--batches"
    command = [ROOT / "logitstream", "bench", kind, "--shape", SHAPES[kind], "--dtype", arguments.dtype, "--device", "cpu"]
    command += ["--threads", str(arguments.threads), "--warmup", str(arguments.warmup), count, str(arguments.steps)]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures["stepMsMedian" if kind == "step" else "batchMsMedian"]


def theirs(kind: str, arguments: argparse.Namespace) -> float:
    command = [sys.executable, __file__, kind, "--peer"]
    for name in ("dtype", "steps", "warmup", "threads"):
        command += [f"--{name}", str(getattr(arguments, name))]
    return statistics.median(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def interval(pairs: list[tuple[float, float]]) -> list[float]:
    rng = random.Random(1)

    def ratio(drawn: list[tuple[float, float]]) -> float:
        return statistics.median(own for own, _ in drawn) / statistics.median(other for _, other in drawn)

    ratios = sorted(ratio(rng.choices(pairs, k=len(pairs))) for _ in range(4000))
    return [round(ratios[100], 4), round(ratios[-101], 4)]


def whole_loop(arguments: argparse.Namespace) -> None:
    import peer_learn
    import peer_trl

    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="compare-peers-"))
    if arguments.kind == "learn":
        print(json.dumps(peer_learn.compare(arguments.steps, arguments.seed, arguments.threads, folder)))
    elif arguments.peer:
        peer_trl.trl(folder, arguments.steps)
    else:
        print(json.dumps(peer_trl.compare(arguments.steps, arguments.rounds, folder)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["step", "teacher", "trl", "learn"])
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="bf16")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1, help="of learn")
    parser.add_argument("--folder", type=Path, help="where trl and learn keep their files (default: a new one)")
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.kind in ("trl", "learn"):
        whole_loop(arguments)
        return
    if arguments.peer:
        print(json.dumps(peer(arguments.kind, SHAPES[arguments.kind], arguments.dtype, arguments.steps, arguments.warmup, arguments.threads)))
        return
    pairs = []
    for round_ in range(arguments.rounds):
        if round_ % 2 == 0:
            own = ours(arguments.kind, arguments)
            other = theirs(arguments.kind, arguments)
        else:
            other = theirs(arguments.kind, arguments)
            own = ours(arguments.kind, arguments)
        pairs.append((own, other))
        print(f"round {round_ + 1}: {own:.1f} ms, PyTorch {other:.1f} ms", file=sys.stderr)
    own, other = (statistics.median(values) for values in zip(*pairs))
    tokens = BATCH * POSITIONS
    report = {
        "comparison": arguments.kind,
        "dtype": arguments.dtype,
        "shape": SHAPES[arguments.kind],
        "threads": arguments.threads,
        "rounds": arguments.rounds,
        "logitstreamMs": round(own, 2),
        "pytorchMs": round(other, 2),
        "logitstreamTokensPerSecond": round(1e3 * tokens / own),
        "pytorchTokensPerSecond": round(1e3 * tokens / other),
        "timeRatio": round(own / other, 4),
        "timeRatioInterval95": interval(pairs),
    }
    import torch

    report["torch"] = torch.__version__
    print(json.dumps(report))


if __name__ == "__main__":
    main()
