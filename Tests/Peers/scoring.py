"""What a team would score with instead: the same weights in ONNX Runtime and PyTorch, on the same events in one run.

    VIGIL=.build/release/vigil python Tests/Peers/scoring.py      (needs torch, onnx, onnxruntime, numpy, safetensors)

vigil writes a model of 2 layers, 64 wide, window 64, and histories it has scored. The peers recompute the full window of
64 tokens for every event, which is what one would write; PyTorch also with a hand-made cache of keys and values. First
their scores are held to vigil's over the whole retained history: they must agree to 1e-4. One thread each.
Prints one JSON object; exits 1 where scores differ or vigil is not 25 times ONNX Runtime.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)
HORIZON_DAYS = 60.0
BATCH = 256


def vigil(*arguments):
    program = os.environ.get("VIGIL", ".build/release/vigil")
    out = subprocess.run([program, "bench", "scoring", *arguments, "--json"], check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


class Model(torch.nn.Module):
    """The model as `config.json` and `model.safetensors` describe it; last token's logit of (B, T) tokens."""

    def __init__(self, directory):
        super().__init__()
        shape = json.load(open(f"{directory}/config.json"))["transformer"]
        self.layers, self.width, self.heads = shape["layers"], shape["width"], shape["heads"]
        self.window, self.fields = shape["window"], len(shape["binCounts"])
        for name, tensor in load_file(f"{directory}/model.safetensors").items():
            self.register_buffer(name.replace(".", "_"), tensor)

    def w(self, name):
        return getattr(self, name.replace(".", "_"))

    def dense(self, name, x):
        return torch.nn.functional.linear(x, self.w(f"{name}.weight"), self.w(f"{name}.bias"))

    def norm(self, name, x):
        return torch.nn.functional.layer_norm(x, (self.width,), self.w(f"{name}.weight"), self.w(f"{name}.bias"), 1e-5)

    def embed(self, numbers, bins):
        x = self.dense("embeddings.numbers", numbers)
        for field in range(self.fields):
            x = x + self.w(f"embeddings.bins.{field}.weight")[bins[..., field]]
        return x

    def feed_forward(self, layer, x):
        name = f"layers.{layer}"
        hidden = self.dense(f"{name}.feed_forward.up", self.norm(f"{name}.feed_forward_norm", x))
        hidden = torch.nn.functional.gelu(hidden, approximate="tanh")
        return x + self.dense(f"{name}.feed_forward.down", hidden)

    def attend(self, layer, q, k, v, gaps, seen):
        """q: (B, Q, d), k, v: (B, T, d), gaps in days and seen: (B, Q, T)."""
        b, n, t, c = q.shape[0], q.shape[1], k.shape[1], self.width // self.heads
        split = lambda x, length: x.reshape(b, length, self.heads, c).transpose(1, 2)
        q, k, v = split(q, n), split(k, t), split(v, t)
        rate = torch.exp(self.w(f"layers.{layer}.attention.time_decay")).reshape(1, self.heads, 1, 1)
        scores = q @ k.transpose(2, 3) / c**0.5 - rate * gaps.unsqueeze(1)
        weights = torch.softmax(scores.masked_fill(~seen.unsqueeze(1), -1e30), dim=-1)
        return (weights @ v).transpose(1, 2).reshape(b, n, self.width)

    def forward(self, numbers, bins, days):
        length = numbers.shape[1]
        x = self.embed(numbers, bins)
        gaps = (days.unsqueeze(2) - days.unsqueeze(1)).clamp(0, HORIZON_DAYS)
        place = torch.arange(length)
        ages = place.unsqueeze(1) - place.unsqueeze(0)
        seen = ((ages >= 0) & (ages < self.window)).unsqueeze(0)
        for layer in range(self.layers):
            name = f"layers.{layer}"
            q, k, v = self.dense(f"{name}.attention.qkv", self.norm(f"{name}.attention_norm", x)).chunk(3, dim=-1)
            x = x + self.dense(f"{name}.attention.output", self.attend(layer, q, k, v, gaps, seen))
            x = self.feed_forward(layer, x)
        return self.dense("classifier", self.norm("norm", x[:, -1])).squeeze(-1)

    def step(self, numbers, bins, day, keys, values, days, users, slot):
        """One token of each of B users, over rings of keys and values (users, layers, W, d)."""
        x = self.embed(numbers, bins)
        days[users, slot] = day
        gaps = (day.unsqueeze(1) - days[users]).clamp(0, HORIZON_DAYS).unsqueeze(1)
        seen = torch.ones_like(gaps, dtype=torch.bool)
        for layer in range(self.layers):
            name = f"layers.{layer}"
            q, k, v = self.dense(f"{name}.attention.qkv", self.norm(f"{name}.attention_norm", x)).chunk(3, dim=-1)
            keys[users, layer, slot], values[users, layer, slot] = k, v
            heard = self.attend(layer, q.unsqueeze(1), keys[users, layer], values[users, layer], gaps, seen)
            x = x + self.dense(f"{name}.attention.output", heard.squeeze(1))
            x = self.feed_forward(layer, x)
        return self.dense("classifier", self.norm("norm", x)).squeeze(-1)


def rate(work, events, seconds=6.0):
    work()
    start, rounds = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        work()
        rounds += 1
    return rounds * events / (time.perf_counter() - start)


def main():
    with tempfile.TemporaryDirectory() as place, torch.inference_mode():
        directory = f"{place}/model"
        vigil("--users", "256", "--events", "256", "--cache-precision", "float32", "--export", directory)
        model = Model(directory).eval()
        scored = json.load(open(f"{directory}/windows.json"))
        users, tokens = len(scored["probabilities"]), scored["tokens"]
        numbers = torch.tensor(scored["numbers"]).reshape(users, tokens, -1)
        bins = torch.tensor(scored["bins"], dtype=torch.int64).reshape(users, tokens, -1)
        times = torch.tensor(scored["times"], dtype=torch.int64).reshape(users, tokens)
        days = ((times - times[:, :1]).double() / 86_400_000).float()
        expected = torch.tensor(scored["probabilities"])

        w = model.window
        window = (numbers[:, -w:].contiguous(), bins[:, -w:].contiguous(), days[:, -w:].contiguous())
        path = f"{place}/model.onnx"
        names = ["numbers", "bins", "days"]
        axes = {name: {0: "batch", 1: "tokens"} for name in names}
        torch.onnx.export(model, (numbers, bins, days), path, input_names=names, output_names=["logit"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        run = lambda part: session.run(None, {n: x.numpy() for n, x in zip(names, part)})[0]

        whole = (numbers, bins, days)
        differences = {
            "pytorch": float((torch.sigmoid(model(*whole)) - expected).abs().max()),
            "onnxruntime": float((torch.sigmoid(torch.tensor(run(whole))) - expected).abs().max()),
        }
        population = 20_000
        keys = torch.randn(population, model.layers, w, model.width)
        values = torch.randn_like(keys)
        ring_days = torch.zeros(population, w)
        slots = torch.randint(0, w, (population,))

        def cached():
            chosen = torch.randperm(population)[:users]
            slot = slots[chosen]
            slots[chosen] = (slot + 1) % w
            model.step(numbers[:, -1], bins[:, -1], days[:, -1], keys, values, ring_days, chosen, slot)

        ours = vigil("--batch", str(BATCH))
        figures = {
            "score_differences": differences,
            "onnxruntime_full_window_events_per_second": rate(lambda: run(window), users),
            "pytorch_full_window_events_per_second": rate(lambda: model(*window), users),
            "pytorch_cached_events_per_second": rate(cached, users),
            "vigil_model_events_per_second": ours["model_events_per_second"],
            "vigil_decisions_per_second": ours["events_per_second"],
        }
        onnx = figures["onnxruntime_full_window_events_per_second"]
        figures["vigil_model_over_onnxruntime"] = ours["model_events_per_second"] / onnx
        figures["vigil_decisions_over_onnxruntime"] = ours["events_per_second"] / onnx
        print(json.dumps(figures, indent=1))
        agree = max(differences.values()) < 1e-4
        return 0 if agree and figures["vigil_model_over_onnxruntime"] >= 25 else 1


if __name__ == "__main__":
    sys.exit(main())
