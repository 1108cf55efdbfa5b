"""PyTorch's view of a tiny model: weights, logits, loss and every gradient by name.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy safetensors
    /tmp/venv/bin/python Tests/TransformerTests/Fixtures/make_reference.py

writes reference.safetensors and reference.json beside this file. With a path as its argument it reads that file with
PyPI's safetensors instead and prints every tensor's name, shape and sum (used to record `written.json`).
"""

import json
import math
import pathlib
import sys

import numpy
import torch
from safetensors.numpy import load_file, save_file

HERE = pathlib.Path(__file__).parent
CONFIGURATION = dict(
    layers=2, width=8, heads=2, feedForward=12, window=4, numbers=3, binCounts=[5, 3, 2], pretrainingClasses=[4, 3],
    dropout=0.0)
HORIZON = 60.0
LENGTHS = [11, 1, 4, 6]


def parameters(c, generator):
    """Random values everywhere, so that no gradient is trivially right."""
    d, ff = c["width"], c["feedForward"]
    shapes = {"embeddings.numbers.weight": (d, c["numbers"]), "embeddings.numbers.bias": (d,)}
    for field, bins in enumerate(c["binCounts"]):
        shapes[f"embeddings.bins.{field}.weight"] = (bins, d)
    for layer in range(c["layers"]):
        p = f"layers.{layer}."
        shapes |= {
            p + "attention_norm.weight": (d,), p + "attention_norm.bias": (d,),
            p + "attention.qkv.weight": (3 * d, d), p + "attention.qkv.bias": (3 * d,),
            p + "attention.time_decay": (c["heads"],),
            p + "attention.output.weight": (d, d), p + "attention.output.bias": (d,),
            p + "feed_forward_norm.weight": (d,), p + "feed_forward_norm.bias": (d,),
            p + "feed_forward.up.weight": (ff, d), p + "feed_forward.up.bias": (ff,),
            p + "feed_forward.down.weight": (d, ff), p + "feed_forward.down.bias": (d,),
        }
    shapes |= {"norm.weight": (d,), "norm.bias": (d,), "classifier.weight": (1, d), "classifier.bias": (1,)}
    for head, classes in enumerate(c["pretrainingClasses"]):
        shapes |= {f"pretraining.{head}.weight": (classes, d), f"pretraining.{head}.bias": (classes,)}
    result = {}
    for name, shape in shapes.items():
        value = torch.randn(shape, generator=generator) * 0.5
        if "norm" in name and name.endswith("weight"):
            value = value + 1
        if name.endswith("time_decay"):
            value = value - 1
        result[name] = value.requires_grad_()
    return result


def forward(c, p, numbers, bins, days):
    """One sequence: numbers (T, n), bins (T, fields), days (T) -> final normed states (T, d).

    Adapters take part where `p` holds their tensors (make_adapters.py).
    """
    d, heads = c["width"], c["heads"]
    functional = torch.nn.functional
    tokens = len(days)

    def linear(h, name):
        y = functional.linear(h, p[name + ".weight"], p[name + ".bias"])
        if name + ".lora_A" in p:
            low = functional.linear(h, p[name + ".lora_A"])
            if name + ".lora_E" in p:
                low = low * p[name + ".lora_E"]
            y = y + c["lowRankScale"] * functional.linear(low, p[name + ".lora_B"])
        return y

    def adapted(h, name):
        if name + ".up.weight" not in p:
            return h
        return h + linear(functional.gelu(linear(h, name + ".down"), approximate="tanh"), name + ".up")

    x = functional.linear(numbers, p["embeddings.numbers.weight"], p["embeddings.numbers.bias"])
    for field in range(len(c["binCounts"])):
        x = x + p[f"embeddings.bins.{field}.weight"][bins[:, field]]
    gap = (days[:, None] - days[None, :]).clamp(0, HORIZON).float()
    index = torch.arange(tokens)
    age = index[:, None] - index[None, :]
    hidden = (age < 0) | (age >= c["window"])
    for layer in range(c["layers"]):
        n = f"layers.{layer}."
        h = functional.layer_norm(x, (d,), p[n + "attention_norm.weight"], p[n + "attention_norm.bias"], 1e-5)
        qkv = linear(h, n + "attention.qkv")
        q, k, v = qkv.view(tokens, 3, heads, d // heads).permute(1, 2, 0, 3)
        scores = q @ k.transpose(1, 2) / math.sqrt(d // heads)
        scores = scores - p[n + "attention.time_decay"].exp()[:, None, None] * gap
        scores = scores.masked_fill(hidden, -math.inf)
        if n + "attention.prefix.keys" in p:
            prefix = [p[n + f"attention.prefix.{part}"].view(-1, heads, d // heads).transpose(0, 1)
                      for part in ("keys", "values")]
            scores = torch.cat([scores, q @ prefix[0].transpose(1, 2) / math.sqrt(d // heads)], -1)
            v = torch.cat([v, prefix[1]], 1)
        weights = scores.softmax(-1)
        h = (weights @ v).permute(1, 0, 2).reshape(tokens, d)
        x = x + adapted(linear(h, n + "attention.output"), n + "attention_adapter")
        h = functional.layer_norm(x, (d,), p[n + "feed_forward_norm.weight"], p[n + "feed_forward_norm.bias"], 1e-5)
        h = functional.gelu(linear(h, n + "feed_forward.up"), approximate="tanh")
        x = x + adapted(linear(h, n + "feed_forward.down"), n + "feed_forward_adapter")
    return functional.layer_norm(x, (d,), p["norm.weight"], p["norm.bias"], 1e-5)


def make():
    torch.set_num_threads(1)
    c = CONFIGURATION
    generator = torch.Generator().manual_seed(7)
    p = parameters(c, generator)
    total = sum(LENGTHS)
    numbers = torch.randn((total, c["numbers"]), generator=generator)
    bins = torch.stack([torch.randint(0, count, (total,), generator=generator) for count in c["binCounts"]], 1)
    # Gaps from minutes to beyond the horizon, and a late event whose time runs backwards.
    gaps = (torch.rand(total, generator=generator, dtype=torch.float64) * 9 - 2).exp() * 3_600_000
    times = 1_530_000_000_000 + gaps.long().cumsum(0)
    times[7] -= 40_000_000_000
    labels = (torch.rand(total, generator=generator) < 0.4).float()
    classes = [torch.randint(0, count, (total,), generator=generator) for count in c["pretrainingClasses"]]
    states, start = [], 0
    for length in LENGTHS:
        part = slice(start, start + length)
        states.append(forward(c, p, numbers[part], bins[part], times[part].double() / 86_400_000))
        start += length
    y = torch.cat(states)
    functional = torch.nn.functional
    logits = functional.linear(y, p["classifier.weight"], p["classifier.bias"])[:, 0]
    loss = functional.binary_cross_entropy_with_logits(logits, labels)
    heads = [functional.linear(y, p[f"pretraining.{t}.weight"], p[f"pretraining.{t}.bias"]) for t in range(len(classes))]
    next_event = sum(functional.cross_entropy(head, target) for head, target in zip(heads, classes))
    tensors = {name: value.detach() for name, value in p.items()}
    tensors |= {f"reference.pretraining.{t}.logits": head.detach() for t, head in enumerate(heads)}
    tensors |= {"reference.logits": logits.detach(), "input.numbers": numbers}
    (loss + next_event).backward()
    tensors |= {f"gradient.{name}": value.grad for name, value in p.items()}
    save_file({name: value.contiguous().numpy() for name, value in tensors.items()}, HERE / "reference.safetensors")
    reference = dict(
        configuration=c, lengths=LENGTHS, bins=bins.tolist(), timesMilliseconds=times.tolist(),
        labels=labels.tolist(), classes=[target.tolist() for target in classes], loss=loss.item(),
        pretrainingLoss=next_event.item())
    (HERE / "reference.json").write_text(json.dumps(reference) + "\n")


def describe(path):
    tensors = load_file(path)
    print(json.dumps({
        name: dict(shape=list(value.shape), sum=float(value.astype(numpy.float64).sum())) for name, value in
        sorted(tensors.items())}))


if __name__ == "__main__":
    describe(sys.argv[1]) if len(sys.argv) > 1 else make()
