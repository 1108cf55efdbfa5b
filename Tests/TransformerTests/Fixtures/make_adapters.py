"""PyTorch's view of every adapter on the model of reference.safetensors: logits and the gradients of the adapter's tensors.

    /tmp/venv/bin/python Tests/TransformerTests/Fixtures/make_adapters.py

writes adapters.safetensors beside this file: KIND.NAME is a tensor of the adapter, KIND.gradient.NAME its gradient,
KIND.logits the logits. Low-rank updates are computed on the activations here, beside the weight, not merged into it.
"""

import json

import torch
from safetensors.numpy import load_file, save_file

import make_reference
from make_reference import HERE

RANK, ALPHA, WIDTH, PREFIXES = 3, 6.0, 5, 2


def tensors_of(kind, c):
    d, ff = c["width"], c["feedForward"]
    shapes = {}
    for layer in range(c["layers"]):
        n = f"layers.{layer}."
        if kind in ("lora", "adalora"):
            dense = {"attention.qkv": (3 * d, d), "attention.output": (d, d), "feed_forward.up": (ff, d),
                     "feed_forward.down": (d, ff)}
            for name, (outputs, inputs) in dense.items():
                shapes |= {f"{n}{name}.lora_A": (RANK, inputs), f"{n}{name}.lora_B": (outputs, RANK)}
                if kind == "adalora":
                    shapes[f"{n}{name}.lora_E"] = (RANK,)
        elif kind == "bottleneck":
            for part in ("attention_adapter", "feed_forward_adapter"):
                shapes |= {f"{n}{part}.down.weight": (WIDTH, d), f"{n}{part}.down.bias": (WIDTH,),
                           f"{n}{part}.up.weight": (d, WIDTH), f"{n}{part}.up.bias": (d,)}
        else:
            shapes |= {f"{n}attention.prefix.keys": (PREFIXES, d), f"{n}attention.prefix.values": (PREFIXES, d)}
    return shapes


def main():
    torch.set_num_threads(1)
    reference = json.loads((HERE / "reference.json").read_text())
    c = reference["configuration"] | dict(lowRankScale=ALPHA / RANK)
    stored = {name: torch.from_numpy(value) for name, value in load_file(HERE / "reference.safetensors").items()}
    numbers, bins = stored["input.numbers"], torch.tensor(reference["bins"])
    days = torch.tensor(reference["timesMilliseconds"]).double() / 86_400_000
    labels = torch.tensor(reference["labels"])
    generator = torch.Generator().manual_seed(13)
    result = {}
    for kind in ("lora", "adalora", "bottleneck", "prefix"):
        adapter = {name: (torch.randn(shape, generator=generator) * 0.4).requires_grad_()
                   for name, shape in tensors_of(kind, c).items()}
        states, start = [], 0
        for length in reference["lengths"]:
            part = slice(start, start + length)
            states.append(make_reference.forward(c, stored | adapter, numbers[part], bins[part], days[part]))
            start += length
        logits = torch.nn.functional.linear(
            torch.cat(states), stored["classifier.weight"], stored["classifier.bias"])[:, 0]
        torch.nn.functional.binary_cross_entropy_with_logits(logits, labels).backward()
        result[f"{kind}.logits"] = logits.detach().numpy()
        for name, value in adapter.items():
            result |= {f"{kind}.{name}": value.detach().numpy(), f"{kind}.gradient.{name}": value.grad.numpy()}
    save_file(result, HERE / "adapters.safetensors")


if __name__ == "__main__":
    main()
