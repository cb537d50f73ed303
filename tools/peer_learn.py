"""Whether a student learns as much from the stream as from a plain PyTorch loop: the demo beside a loop with the same teacher, batch and schedule.

Both read the same documents, cut alike; a twenty-fifth of them are kept from both, and what both students make of them is measured here,
by one evaluation. Both begin with the same random weights. They differ in the order of the texts, and in what the student sees of the teacher: all of
its distribution in the loop, a sample of it from the log.
"""

import json
import random
import shutil
import subprocess
import time
import zlib
from pathlib import Path

from corpus import documents

ROOT = Path(__file__).resolve().parent.parent
TRAFFIC = ROOT / "console" / "target" / "traffic"
TEACHER, STUDENT = ROOT / "demo-teacher", ROOT / "demo-student"
DOMAINS = ("java", "scala")

# As the demo has them (DemoDefaults, and the defaults of the settings that it leaves alone).
MAX_CHARACTERS, WINDOW, BATCH = 1600, 256, 4
SOFT_WEIGHT, CLIP_NORM = 0.95, 1.0
RATE, WARMUP, DECAY, FINAL_SHARE = 0.003, 40, 1600, 0.1
BETAS, EPSILON, WEIGHT_DECAY, MOMENTUM = (0.9, 0.95), 1e-8, 0.1, 0.95

EVALUATED_DOCUMENTS = 96  # of each domain


def split(folder: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Writes the documents to train on under folder, by domain; returns them and the ones held out."""
    trained, held_out = {}, {}
    for domain in DOMAINS:
        trained[domain], held_out[domain] = [], []
        for number, document in enumerate(documents([TRAFFIC / domain])):
            if zlib.crc32(document.path.encode()) % 25 == 0:
                held_out[domain].append(document.text)
                continue
            trained[domain].append(document.text)
            file = folder / domain / f"{number:05d}{Path(document.path).suffix}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(document.text, encoding="utf-8")
    return trained, held_out


def pieces(text: str) -> list[str]:
    """A document cut at line ends into pieces of at most MAX_CHARACTERS; a longer line is cut where it must be."""
    cut, piece = [], ""
    for line in text.splitlines(keepends=True):
        while line:
            room = MAX_CHARACTERS - len(piece)
            if len(line) > room and piece:
                cut.append(piece)
                piece = ""
                continue
            piece, line = piece + line[:room], line[room:]
    return cut + [piece] if piece else cut


def load(folder: Path):
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def windows(tokenizer, text: str) -> list[list[int]]:
    """Windows of the tokens of a document's pieces, each with the token that it predicts last."""
    found = []
    cut = pieces(text)
    for number, piece in enumerate(cut):
        ids = [0] + tokenizer.encode(piece).ids + ([1] if number == len(cut) - 1 else [])
        found += [ids[i : i + WINDOW + 1] for i in range(0, len(ids) - 1, WINDOW)]
    return found


def rate(step: int) -> float:
    if step < WARMUP:
        return RATE * step / WARMUP
    return RATE * (1 - (1 - FINAL_SHARE) * min(1.0, (step - WARMUP) / DECAY))


def initialise(folder: Path, seed: int) -> None:
    """Writes the demo's student with random weights, as transformers draws them."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(seed)
    AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(STUDENT), dtype=torch.float32).save_pretrained(folder)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(STUDENT / file, folder / file)


def train(initial: Path, texts: dict[str, list[str]], tokens_to_train: int, seed: int, threads: int):
    """The plain loop; returns the student."""
    import torch
    from tokenizers import Tokenizer
    from torch.nn import functional

    torch.set_num_threads(threads)
    rng = random.Random(seed)
    tokenizer = Tokenizer.from_file(str(TEACHER / "tokenizer.json"))
    teacher = load(TEACHER)
    student = load(initial).train()
    matrices = [p for name, p in student.named_parameters() if p.ndim == 2 and "embed" not in name]
    tables = [p for name, p in student.named_parameters() if p.ndim == 2 and "embed" in name]
    vectors = [p for p in student.parameters() if p.ndim == 1]
    optimizers = [
        torch.optim.Muon(matrices, RATE, WEIGHT_DECAY, MOMENTUM, nesterov=True, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW([{"params": tables, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}], RATE, BETAS, EPSILON),
    ]

    def stream(domain: str):
        while True:
            for text in rng.sample(texts[domain], len(texts[domain])):
                yield from windows(tokenizer, text)

    streams = [stream(domain) for domain in DOMAINS]
    trained, step = 0, 0
    while trained < tokens_to_train:
        step += 1
        batch = [next(rng.choice(streams)) for _ in range(BATCH)]
        longest = max(map(len, batch))
        ids = torch.tensor([window + [1] * (longest - len(window)) for window in batch])
        real = torch.tensor([[i < len(window) for i in range(1, longest)] for window in batch])
        with torch.no_grad():
            p = functional.softmax(teacher(ids[:, :-1]).logits[real], -1)
        logs = functional.log_softmax(student(ids[:, :-1]).logits[real], -1)
        soft = functional.kl_div(logs, p, reduction="none").sum(-1).mean()
        hard = functional.nll_loss(logs, ids[:, 1:][real])
        (SOFT_WEIGHT * soft + (1 - SOFT_WEIGHT) * hard).backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), CLIP_NORM)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate(step)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        trained += int(real.sum())
    return student.eval(), step, trained


def evaluate(student, held_out: dict[str, list[str]]) -> dict[str, float]:
    """KL of the teacher to the student (nats a token) and acceptance, over the first windows of held-out documents."""
    import torch
    from tokenizers import Tokenizer
    from torch.nn import functional

    tokenizer = Tokenizer.from_file(str(TEACHER / "tokenizer.json"))
    teacher = load(TEACHER)
    kl, acceptance, count = 0.0, 0.0, 0
    with torch.inference_mode():
        for domain in DOMAINS:
            for text in random.Random(1).sample(held_out[domain], min(EVALUATED_DOCUMENTS, len(held_out[domain]))):
                ids = torch.tensor([windows(tokenizer, text)[0]])
                p, q = (functional.log_softmax(model(ids[:, :-1]).logits[0], -1) for model in (teacher, student))
                kl += float((p.exp() * (p - q)).sum())
                acceptance += float(torch.minimum(p, q).exp().sum())
                count += p.shape[0]
    return {"kl": round(kl / count, 4), "acceptance": round(acceptance / count, 4), "tokens": count}


def compare(steps: int, seed: int, threads: int, folder: Path) -> dict[str, object]:
    """Runs the demo for some steps, then the loop over as many tokens, and measures both students."""
    texts, held_out = split(folder / "texts")
    initial = folder / "initial"
    initialise(initial, seed)
    report = folder / "demo.json"
    command = [ROOT / "logitstream", "demo", "--plain", "--duration", "60m", "--steps", str(steps), "--report", report, "--data", folder / "demo"]
    command += ["--set", f"train.seed={seed}", "--student", initial]
    for domain in DOMAINS:
        command += ["--traffic", f"{domain}={folder / 'texts' / domain}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    figures = json.loads(report.read_text())
    start = time.perf_counter()
    student, peer_steps, peer_tokens = train(initial, texts, figures["trainedTokens"], seed, threads)
    seconds = time.perf_counter() - start
    own = evaluate(load(folder / "demo" / "student"), held_out)
    other = evaluate(student, held_out)
    return {
        "comparison": "learn",
        "seed": seed,
        "logitstream": {"steps": figures["steps"], "trainedTokens": figures["trainedTokens"], **own},
        "pytorch": {"steps": peer_steps, "trainedTokens": peer_tokens, **other, "seconds": round(seconds)},
        "acceptanceDifference": round(own["acceptance"] - other["acceptance"], 4),
    }
