"""PyTorch's losses over twenty steps of every parameter-efficient method, and of every objective on a few logits.

    /tmp/venv/bin/python Tests/TrainingTests/Fixtures/make_methods.py

starts from the weights and batches of training.safetensors and training.json; writes methods.safetensors (the adapters
before the first step) and methods.json beside this file.
"""

import json

import make_training  # puts the Transformer's fixtures on the path
import torch
from make_training import HERE, SETTINGS
from safetensors.numpy import load_file, save_file

import make_adapters
import make_reference

make_adapters.RANK, make_adapters.ALPHA, make_adapters.WIDTH, make_adapters.PREFIXES = 2, 4.0, 3, 2
KINDS = dict(head=None, bitfit=None, lora="lora", adapter="bottleneck", prefix="prefix")


def train(method, kind, reference, base, generator):
    c = reference["configuration"] | dict(lowRankScale=2.0)
    p = {name: value.clone() for name, value in base.items()}
    adapter = {name: torch.randn(shape, generator=generator) * 0.3 for name, shape in
               (make_adapters.tensors_of(kind, c) if kind else {}).items()}
    p |= {name: value.clone() for name, value in adapter.items()}
    moving = [name for name in p if name in adapter or name.startswith("classifier.")
              or method == "bitfit" and name.endswith(".bias")]
    for name in moving:
        p[name].requires_grad_()
    groups = [[p[name] for name in moving if (p[name].dim() == 2) == matrix] for matrix in (True, False)]
    optimiser = torch.optim.AdamW(
        [dict(params=groups[0], weight_decay=SETTINGS["decay"]), dict(params=groups[1], weight_decay=0.0)],
        lr=1e-2, betas=(SETTINGS["beta1"], SETTINGS["beta2"]))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=1e-2, total_steps=len(reference["batches"]), pct_start=SETTINGS["warmup"],
        cycle_momentum=False)
    lengths = reference["lengths"]
    starts = [sum(lengths[:user]) for user in range(len(lengths))]
    numbers, bins = torch.tensor(reference["numbers"]).view(-1, 2), torch.tensor(reference["bins"]).view(-1, 2)
    days, labels = torch.tensor(reference["times"]).double() / 86_400_000, torch.tensor(reference["labels"])
    losses = []
    for users in reference["batches"]:
        parts = [slice(starts[user], starts[user] + lengths[user]) for user in users]
        states = torch.cat([make_reference.forward(c, p, numbers[x], bins[x], days[x]) for x in parts])
        logits = torch.nn.functional.linear(states, p["classifier.weight"], p["classifier.bias"])[:, 0]
        targets = torch.cat([labels[x] for x in parts])
        known = targets >= 0
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known].float())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p[name] for name in moving], SETTINGS["clip"])
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    return losses, {f"{method}.{name}": value.numpy() for name, value in adapter.items()}


def objectives():
    """Mean of nothing: each logit's loss and derivative, as torch and torchvision's focal loss define them."""
    functional = torch.nn.functional
    cases = []
    for kind, weight, gamma, smoothing in [("bce", 1, 0, 0), ("bce", 5, 0, 0), ("bce", 3, 0, 0.1), ("focal", 1, 2, 0),
                                           ("focal", 4, 1.5, 0), ("focal", 1, 2, 0.2)]:
        for fraud in (0.0, 1.0):
            logits = torch.tensor([-9.0, -2.5, -0.3, 0.0, 0.7, 4.0], dtype=torch.float64, requires_grad=True)
            target = torch.full_like(logits, fraud * (1 - smoothing) + smoothing / 2)
            losses = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
            if kind == "focal":
                losses = losses * (target - logits.sigmoid()).abs() ** gamma
            losses = losses * (weight if fraud else 1)
            losses.sum().backward()
            cases.append(dict(
                kind=kind, fraudWeight=weight, focusing=gamma, labelSmoothing=smoothing, fraud=fraud == 1,
                logits=logits.tolist(), losses=losses.tolist(), derivatives=logits.grad.tolist()))
    return cases


def main():
    torch.set_num_threads(1)
    reference = json.loads((HERE / "training.json").read_text())
    base = {name.removeprefix("before."): torch.from_numpy(value)
            for name, value in load_file(HERE / "training.safetensors").items() if name.startswith("before.")}
    generator = torch.Generator().manual_seed(17)
    tensors, losses = {}, {}
    for method, kind in KINDS.items():
        losses[method], adapter = train(method, kind, reference, base, generator)
        tensors |= adapter
    save_file(tensors, HERE / "methods.safetensors")
    (HERE / "methods.json").write_text(json.dumps(dict(losses=losses, objectives=objectives())) + "\n")


if __name__ == "__main__":
    main()
