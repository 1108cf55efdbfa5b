"""The pipeline a team would write instead: confluent-kafka, a deque a user, ONNX Runtime on the full window, psycopg.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install confluent-kafka psycopg[binary] onnx onnxruntime torch \
        numpy safetensors
    vigil bench pipeline --events 1000000 --peer '/tmp/venv/bin/python Tests/Peers/pipeline.py' --json

The bench runs it on the same broker, the same PostgreSQL and the same events as ours, and prints the ratio. It is told where
by BENCH_ variables and reads the same model directory: same weights, same scaling and bins. It does less than ours:
entity counters are those of this process, alerts are at-least-once, there is no rule language, no reasons, no
checkpoints, no alignment, and a restart forgets every user.
"""

import collections
import datetime
import io
import json
import math
import os
import pathlib
import signal

import confluent_kafka
import numpy
import onnxruntime
import psycopg
import torch
from safetensors.torch import load_file

BATCH = 512
HORIZON = 60.0


class Windows(torch.nn.Module):
    """The model over whole windows: numbers (B, W, n), bins (B, W, f), days (B, W), valid (B, W) -> logits (B)."""

    def __init__(self, directory):
        super().__init__()
        self.c = json.loads((directory / "config.json").read_text())["transformer"]
        self.p = load_file(directory / "model.safetensors")

    def forward(self, numbers, bins, days, valid):
        c, p, f = self.c, self.p, torch.nn.functional
        d, heads, window = c["width"], c["heads"], c["window"]
        x = f.linear(numbers, p["embeddings.numbers.weight"], p["embeddings.numbers.bias"])
        for field in range(len(c["binCounts"])):
            x = x + p[f"embeddings.bins.{field}.weight"][bins[:, :, field]]
        gap = (days[:, :, None] - days[:, None, :]).clamp(0, HORIZON)
        future = torch.ones(window, window, dtype=torch.bool).triu(1)
        hidden = (future[None] | ~valid[:, None, :])[:, None]
        for layer in range(c["layers"]):
            n = f"layers.{layer}."
            h = f.layer_norm(x, (d,), p[n + "attention_norm.weight"], p[n + "attention_norm.bias"], 1e-5)
            qkv = f.linear(h, p[n + "attention.qkv.weight"], p[n + "attention.qkv.bias"])
            q, k, v = qkv.view(-1, window, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
            scores = q @ k.transpose(2, 3) / math.sqrt(d // heads)
            scores = scores - p[n + "attention.time_decay"].exp()[None, :, None, None] * gap[:, None]
            weights = scores.masked_fill(hidden, -1e9).softmax(-1)
            h = (weights @ v).transpose(1, 2).reshape(-1, window, d)
            x = x + f.linear(h, p[n + "attention.output.weight"], p[n + "attention.output.bias"])
            h = f.layer_norm(x, (d,), p[n + "feed_forward_norm.weight"], p[n + "feed_forward_norm.bias"], 1e-5)
            h = f.linear(h, p[n + "feed_forward.up.weight"], p[n + "feed_forward.up.bias"])
            h = f.gelu(h, approximate="tanh")
            x = x + f.linear(h, p[n + "feed_forward.down.weight"], p[n + "feed_forward.down.bias"])
        last = f.layer_norm(x[:, -1], (d,), p["norm.weight"], p["norm.bias"], 1e-5)
        return f.linear(last, p["classifier.weight"], p["classifier.bias"])[:, 0]


def session(directory):
    model = Windows(directory).eval()
    c = model.c
    example = (
        torch.zeros(2, c["window"], c["numbers"]), torch.zeros(2, c["window"], len(c["binCounts"]), dtype=torch.long),
        torch.zeros(2, c["window"]), torch.ones(2, c["window"], dtype=torch.bool))
    names = ["numbers", "bins", "days", "valid"]
    file = io.BytesIO()
    torch.onnx.export(
        model, example, file, input_names=names, output_names=["logits"], dynamo=False,
        dynamic_axes={name: {0: "batch"} for name in names + ["logits"]})
    return c, onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])


class Encoder:
    """Scales numbers and finds bins, one column of the batch at a time."""

    def __init__(self, directory):
        self.fields = json.loads((directory / "encoder.json").read_text())["fields"]
        self.numbers = [i for i, field in enumerate(self.fields) if field["feature"]["kind"] == "number"]
        self.edges = [numpy.array(field["edges"], numpy.float32) for field in self.fields]
        self.names = [field["feature"]["name"] for field in self.fields]
        pick = [self.fields[i] for i in self.numbers]
        self.is_log = numpy.array([field["feature"]["transform"] == "signed_log" for field in pick])
        self.centre = numpy.array([field["centre"] for field in pick], numpy.float32)
        self.scale = numpy.array([field["scale"] for field in pick], numpy.float32)
        self.sizes = [max(1, len(field["vocabulary"]) + 1) for field in self.fields]

    def encode(self, raw):  # (B, fields), categories as small integers
        bins = numpy.empty(raw.shape, numpy.int64)
        for i, field in enumerate(self.fields):
            if field["feature"]["kind"] == "number":
                bins[:, i] = numpy.searchsorted(self.edges[i], raw[:, i], side="right") + 1
            else:
                bins[:, i] = raw[:, i].astype(numpy.int64) % self.sizes[i]
        numbers = raw[:, self.numbers]
        numbers = numpy.where(self.is_log, numpy.sign(numbers) * numpy.log1p(numpy.abs(numbers)), numbers)
        return numpy.clip((numbers - self.centre) / self.scale, -12, 12).astype(numpy.float32), bins


class User:
    __slots__ = ("tokens", "last", "times", "amounts")

    def __init__(self, window):
        self.tokens = collections.deque(maxlen=window)
        self.times = collections.deque(maxlen=window)
        self.amounts = collections.deque(maxlen=window)
        self.last = None


class Pipeline:
    def __init__(self):
        directory = pathlib.Path(os.environ["BENCH_MODEL"])
        self.config, self.session = session(directory)
        self.encoder = Encoder(directory)
        self.users = {}
        self.entities = collections.defaultdict(lambda: [0, 0])
        self.codes = {}
        brokers = os.environ["BENCH_BROKERS"]
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": brokers, "group.id": os.environ["BENCH_GROUP"], "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "fetch.wait.max.ms": 10, "session.timeout.ms": 6000})
        self.consumer.subscribe([os.environ["BENCH_TOPIC"]])
        self.producer = confluent_kafka.Producer({"bootstrap.servers": brokers, "linger.ms": 5})
        self.review = os.environ["BENCH_REVIEW_TOPIC"]
        self.flagged = float(os.environ["BENCH_FLAGGED_AMOUNT"])
        self.database = psycopg.connect(os.environ["BENCH_POSTGRES"])
        self.database.execute("""
            CREATE TABLE IF NOT EXISTS peer_alerts (id text, "user" text, amount double precision, time timestamptz,
                score real, at timestamptz DEFAULT now())""")
        self.database.commit()

    def features(self, event, user, now):
        """The features that a deque and a dictionary give; what our encoder knows beside them is zero here as there."""
        amount = event["amount"]
        previous = user.amounts
        count = len(previous)
        mean = sum(previous) / count if count else amount
        deviation = math.sqrt(sum((a - mean) ** 2 for a in previous) / count) if count > 1 else 1.0
        at = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
        values = {
            "amount": amount, "time_since_last": now - user.last if user.last else 0.0,
            "hour": at.hour + at.minute / 60, "weekday": at.weekday(),
            "amount_to_median": math.log(max(amount, 0.01) / max(mean, 0.01)),
            "amount_z": (amount - mean) / (deviation or 1.0),
            "count_1h": sum(now - t < 3600 for t in user.times), "count_24h": sum(now - t < 86400 for t in user.times),
        }
        for name, value in event["features"].items():
            values[name] = self.codes.setdefault(value, len(self.codes)) if isinstance(value, str) else value
        for kind in ("terminal", "device"):
            key = event["entities"].get(kind)
            if key is not None:
                seen = self.entities[kind, key]
                seen[0] += 1
                values[f"{kind}.recent_1d"] = values[f"{kind}.recent_7d"] = seen[0]
        return [values.get(name, 0.0) for name in self.encoder.names]

    def score(self, events):
        raw = []
        for event in events:
            user = self.users.get(event["user"])
            if user is None:
                user = self.users[event["user"]] = User(self.config["window"])
            now = datetime.datetime.fromisoformat(event["time"]).timestamp()
            raw.append(self.features(event, user, now))
            user.last = now
            user.times.append(now)
            user.amounts.append(event["amount"])
        numbers, bins = self.encoder.encode(numpy.array(raw, numpy.float32))
        window = self.config["window"]
        shape = (len(events), window)
        all_numbers = numpy.zeros(shape + (numbers.shape[1],), numpy.float32)
        all_bins = numpy.zeros(shape + (bins.shape[1],), numpy.int64)
        days = numpy.zeros(shape, numpy.float32)
        valid = numpy.zeros(shape, bool)
        for row, event in enumerate(events):
            user = self.users[event["user"]]
            user.tokens.append((numbers[row], bins[row], user.last / 86400))
            count = len(user.tokens)
            all_numbers[row, -count:] = [token[0] for token in user.tokens]
            all_bins[row, -count:] = [token[1] for token in user.tokens]
            days[row, -count:] = [token[2] for token in user.tokens]
            valid[row, -count:] = True
        days -= days[:, -1:]
        inputs = {"numbers": all_numbers, "bins": all_bins, "days": days, "valid": valid}
        logits = self.session.run(["logits"], inputs)[0]
        return 1 / (1 + numpy.exp(-logits))

    def decide(self, events, scores):
        alerts = [
            (event, float(score)) for event, score in zip(events, scores)
            if event["amount"] >= self.flagged or (event["amount"] >= 0 and score >= 1)]
        if not alerts:
            return
        with self.database.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO peer_alerts (id, "user", amount, time, score) VALUES (%s, %s, %s, %s, %s)',
                [(e["id"], e["user"], e["amount"], e["time"], score) for e, score in alerts])
        self.database.commit()
        for event, score in alerts:
            self.producer.produce(self.review, key=event["user"], value=json.dumps(event | {"score": score}))
        self.producer.poll(0)

    def run(self):
        running = True

        def stop(*_):
            nonlocal running
            running = False

        signal.signal(signal.SIGTERM, stop)
        while running:
            messages = self.consumer.consume(num_messages=BATCH, timeout=0.02)
            messages = [message for message in messages if message.error() is None]
            if not messages:
                continue
            events = [json.loads(message.value()) for message in messages]
            self.decide(events, self.score(events))
            self.consumer.commit(asynchronous=True)
        # Not close(): leaving the group waits for a broker that may be gone already.
        self.producer.flush(5)
        os._exit(0)


if __name__ == "__main__":
    Pipeline().run()
