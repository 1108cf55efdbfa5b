"""PyTorch's losses over twenty training steps of a tiny model.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy safetensors
    /tmp/venv/bin/python Tests/TrainingTests/Fixtures/make_training.py

writes training.json and training.safetensors (the weights before the first step and after the last) beside this file.
The model's forward pass is that of the Transformer's reference.
"""

import json
import pathlib
import sys

import torch
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "TransformerTests" / "Fixtures"))
import make_reference  # noqa: E402

STEPS = 20
USERS = 12
BATCH = 6
SETTINGS = dict(rate=2e-3, warmup=0.1, beta1=0.9, beta2=0.98, decay=0.01, clip=0.05)
CONFIGURATION = dict(
    layers=2, width=8, heads=2, feedForward=12, window=4, numbers=2, binCounts=[4, 3], pretrainingClasses=[],
    dropout=0.0)


def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(11)
    p = make_reference.parameters(CONFIGURATION, generator)
    before = {f"before.{name}": value.detach().clone().numpy() for name, value in p.items()}
    lengths = [int(x) for x in torch.randint(1, 9, (USERS,), generator=generator)]
    total = sum(lengths)
    numbers = torch.randn((total, 2), generator=generator).mul(64).round().div(64)
    bins = torch.stack([torch.randint(0, n, (total,), generator=generator) for n in CONFIGURATION["binCounts"]], 1)
    gaps = (torch.rand(total, generator=generator, dtype=torch.float64) * 9 - 2).exp() * 3_600_000
    times = 1_530_000_000_000 + gaps.long().cumsum(0)
    labels = torch.where(
        torch.rand(total, generator=generator) < 0.3, -1, (torch.rand(total, generator=generator) < 0.4).long())
    starts = [sum(lengths[:user]) for user in range(USERS)]

    # Matrices decay; biases, norms and time decays do not.
    groups = [[value for value in p.values() if (value.dim() == 2) == matrix] for matrix in (True, False)]
    optimiser = torch.optim.AdamW(
        [dict(params=groups[0], weight_decay=SETTINGS["decay"]), dict(params=groups[1], weight_decay=0.0)],
        lr=SETTINGS["rate"], betas=(SETTINGS["beta1"], SETTINGS["beta2"]))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=SETTINGS["rate"], total_steps=STEPS, pct_start=SETTINGS["warmup"], cycle_momentum=False)
    losses, batches = [], []
    for step in range(STEPS):
        users = [(step * BATCH + i) % USERS for i in range(BATCH)]
        logits, targets = [], []
        for user in users:
            part = slice(starts[user], starts[user] + lengths[user])
            state = make_reference.forward(
                CONFIGURATION, p, numbers[part], bins[part], times[part].double() / 86_400_000)
            logits.append(torch.nn.functional.linear(state, p["classifier.weight"], p["classifier.bias"])[:, 0])
            targets.append(labels[part])
        logits, targets = torch.cat(logits), torch.cat(targets)
        known = targets >= 0
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[known], targets[known].float())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(p.values()), SETTINGS["clip"])
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        batches.append(users)
    after = {f"after.{name}": value.detach().numpy() for name, value in p.items()}
    save_file(before | after, HERE / "training.safetensors")
    result = dict(
        configuration=CONFIGURATION, settings=SETTINGS, lengths=lengths, numbers=numbers.flatten().tolist(),
        bins=bins.flatten().tolist(), times=times.tolist(), labels=labels.tolist(), batches=batches, losses=losses)
    (HERE / "training.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
