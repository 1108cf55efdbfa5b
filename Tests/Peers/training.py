"""A step of training in PyTorch and in vigil: the same architecture, batch and threads, one after the other in one run.

    VIGIL=.build/release/vigil python Tests/Peers/training.py      (needs torch)

PyTorch attends in two ways, over the whole sequence with a mask and over gathered windows; the faster one counts, and
torch.compile is tried on it where a C++ compiler is there. Both programs take turns, so that a busy machine is as busy
for both. Dropout 0.1, AdamW and clipping are part of a step in both. Prints one JSON object; exits 1 below 1.5 times.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE"):
    os.environ.pop(name, None)

import torch
from torch import nn
from torch.nn import functional

LAYERS, WIDTH, HEADS, HIDDEN, WINDOW, FIELDS, BINS, BATCH, TOKENS, DROPOUT = 2, 32, 2, 64, 32, 27, 24, 16, 256, 0.1


class Block(nn.Module):
    def __init__(self, windowed):
        super().__init__()
        self.windowed = windowed
        self.attention_norm, self.feed_forward_norm = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.output = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        self.time_decay = nn.Parameter(torch.linspace(0, -3, HEADS))

    def masked(self, q, k, v, gaps, mask):
        """q, k, v: (B, H, T, c); gaps in days and mask: (T, T) or (B, T, T)."""
        bias = mask - torch.exp(self.time_decay).view(1, HEADS, 1, 1) * gaps
        scores = q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias
        return torch.softmax(scores, -1) @ v

    def gathered(self, q, k, v, gaps, mask):
        """As above over (B, H, T, W, c); gaps and mask: (B, 1, T, W)."""
        windows = lambda x: functional.pad(x, (0, 0, WINDOW - 1, 0)).unfold(2, WINDOW, 1)
        bias = mask - torch.exp(self.time_decay).view(1, HEADS, 1, 1) * gaps
        scores = torch.einsum("bhtc,bhtcw->bhtw", q, windows(k)) * (WIDTH // HEADS) ** -0.5 + bias
        return torch.einsum("bhtw,bhtcw->bhtc", torch.softmax(scores, -1), windows(v))

    def forward(self, x, gaps, mask):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.attention_norm(x)).view(b, t, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        attend = self.gathered if self.windowed else self.masked
        heard = attend(q, k, v, gaps, mask).transpose(1, 2).reshape(b, t, WIDTH)
        x = x + functional.dropout(self.output(heard), DROPOUT)
        hidden = functional.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh")
        return x + functional.dropout(self.down(hidden), DROPOUT)


class Model(nn.Module):
    def __init__(self, windowed):
        super().__init__()
        self.windowed = windowed
        self.numbers = nn.Linear(FIELDS, WIDTH)
        self.bins = nn.EmbeddingBag(FIELDS * BINS, WIDTH, mode="sum")
        self.layers = nn.ModuleList(Block(windowed) for _ in range(LAYERS))
        self.norm, self.classifier = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 1)

    def forward(self, numbers, bins, days):
        b, t = days.shape
        x = self.numbers(numbers) + self.bins(bins.view(b * t, FIELDS)).view(b, t, WIDTH)
        x = functional.dropout(x, DROPOUT)
        if self.windowed:
            past = functional.pad(days, (WINDOW - 1, 0), value=-1e9).unfold(1, WINDOW, 1)
            mask = torch.where(past < -1e8, -1e30, 0.0).unsqueeze(1)
            gaps = (days.unsqueeze(2) - past).clamp(0, 60).unsqueeze(1)
        else:
            place = torch.arange(t)
            ages = place.unsqueeze(1) - place.unsqueeze(0)
            mask = torch.where((ages >= 0) & (ages < WINDOW), 0.0, -1e30)
            gaps = (days.unsqueeze(2) - days.unsqueeze(1)).clamp(0, 60).unsqueeze(1)
        for layer in self.layers:
            x = layer(x, gaps, mask)
        return self.classifier(self.norm(x)).squeeze(-1)


class Trainer:
    def __init__(self, windowed, compiled=False):
        model = Model(windowed)
        self.parameters = list(model.parameters())
        self.model = torch.compile(model) if compiled else model
        self.optimiser = torch.optim.AdamW(self.parameters, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01, foreach=True)
        self.numbers = torch.rand(BATCH, TOKENS, FIELDS) * 4 - 2
        self.bins = torch.randint(0, BINS, (BATCH, TOKENS, FIELDS)) + torch.arange(FIELDS) * BINS
        self.days = (torch.arange(TOKENS) * (10 / 24)).expand(BATCH, TOKENS).contiguous()
        self.labels = (torch.rand(BATCH, TOKENS) < 0.01).float()

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        logits = self.model(self.numbers, self.bins, self.days)
        functional.binary_cross_entropy_with_logits(logits, self.labels).backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()

    def rate(self, seconds):
        for _ in range(3):
            self.step()
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        return steps * BATCH * TOKENS / (time.perf_counter() - start)


def vigil(threads, seconds):
    program = os.environ.get("VIGIL", ".build/release/vigil")
    sizes = dict(layers=LAYERS, width=WIDTH, heads=HEADS, feed_forward=HIDDEN, window=WINDOW, fields=FIELDS, bins=BINS,
                 batch=BATCH, tokens=TOKENS, threads=threads, seconds=seconds)
    arguments = [text for name, size in sizes.items() for text in (f"--{name.replace('_', '-')}", str(size))]
    out = subprocess.run([program, "bench", "training", *arguments, "--json"], check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-compile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    peers = {"masked": Trainer(False), "windowed": Trainer(True)}
    first = {name: peer.rate(1) for name, peer in peers.items()}
    fastest = max(first, key=first.get)
    if not arguments.no_compile:
        try:
            compiled = Trainer(fastest == "windowed", compiled=True)
            peers["compiled"], first["compiled"] = compiled, compiled.rate(1)
            fastest = max(first, key=first.get)
        except Exception as error:  # what torch.compile raises depends on what is missing
            print(f"torch.compile: {type(error).__name__}", file=sys.stderr)
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        ours.append(vigil(arguments.threads, arguments.seconds))
        theirs.append(peers[fastest].rate(arguments.seconds))
    rate = statistics.median(run["tokens_per_second"] for run in ours)
    peer = statistics.median(theirs)
    print(json.dumps({
        "vigil_tokens_per_second": rate, "pytorch_tokens_per_second": peer, "pytorch_way": fastest,
        "ratio": rate / peer, "vigil_peak_bytes": max(run.get("peak_bytes", 0) for run in ours),
        "parameters": ours[0]["parameters"], "pytorch_parameters": sum(p.numel() for p in peers[fastest].parameters),
        "threads": arguments.threads,
    }, indent=1))
    return 0 if rate >= 1.5 * peer else 1


if __name__ == "__main__":
    sys.exit(main())
