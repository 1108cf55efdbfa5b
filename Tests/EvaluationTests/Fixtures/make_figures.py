"""Figures of decisions as scikit-learn, SciPy, NumPy and plain Python give them.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy scipy scikit-learn
    /tmp/venv/bin/python Tests/EvaluationTests/Fixtures/make_figures.py

writes figures.json beside this file. Resamples repeat each user's rows as often as the user was drawn and compute every
figure anew on them, so nothing of the one-pass bootstrap is taken over but its random draws.
"""

import json
import pathlib

import numpy
from scipy import stats
from sklearn import calibration, metrics

HERE = pathlib.Path(__file__).parent
DAY = 86_400_000
RATES = [0.001, 0.005, 0.01, 0.02]
BINS = 15


def table(generator, events=300, users=30, days=6):
    user = generator.integers(0, users, events) * 3  # Numbers with gaps.
    risk = generator.random(users * 3) ** 3
    fraud = generator.random(events) < risk[user] * 0.5
    # Multiples of 1/128 are exact in single precision, so both sides see the same ties.
    score = numpy.clip(numpy.round((generator.random(events) * 0.6 + fraud * 0.35) * 128), 0, 128) / 128
    decision = numpy.where(score >= 0.9, 2, numpy.where(score >= 0.75, 1, 0))
    decision[generator.random(events) < 0.03] = 1
    amount = numpy.round(generator.gamma(1.5, 40, events), 2)
    amount[generator.random(events) < 0.02] *= -1
    time = numpy.sort(generator.integers(0, days * DAY, events))
    return dict(user=user, fraud=fraud, score=score, decision=decision, amount=amount, time=time)


def recall_at_rate(fraud, score, rate):
    """The expected recall of the highest floor(rate * n) scores where ties are broken by chance."""
    budget = int(numpy.floor(rate * len(score)))
    weight = numpy.zeros(len(score))
    for value in numpy.unique(score)[::-1]:
        group = score == value
        take = min(budget, group.sum())
        weight[group] = take / group.sum()
        budget -= take
    return float((weight * fraud).sum() / fraud.sum())


def card_precision(user, fraud, score, time, k=100):
    """Each day's k cards of highest score, without the cards found on earlier days."""
    found_before, precisions = {}, []
    for day in numpy.unique(time // DAY):
        of_day = time // DAY == day
        cards = {}
        for row in numpy.flatnonzero(of_day):
            card = cards.setdefault(user[row], [score[row], False])
            card[0] = max(card[0], score[row])
            card[1] = card[1] or bool(fraud[row])
        ranked = sorted(cards.items(), key=lambda item: -item[1][0])  # Stable: first appearance first.
        looked = [card for card in ranked if card[0] not in found_before][:k]
        found = [name for name, (_, is_fraud) in looked if is_fraud]
        found_before.update(dict.fromkeys(found))
        precisions.append(len(found) / k)
    return float(numpy.mean(precisions))


def expected_calibration_error(fraud, score):
    edges = stats.binned_statistic(-score, fraud, bins=numpy.linspace(-1, 0, BINS + 1))[2]  # [-u, -l) is (l, u].
    total = 0.0
    for bin in numpy.unique(edges):
        group = edges == bin
        total += group.mean() * abs(score[group].mean() - fraud[group].mean())
    return float(total)


def figures(t, k=100):
    fraud, score, flagged = t["fraud"], t["score"], t["decision"] > 0
    money = numpy.maximum(t["amount"], 0)
    precision, recall, _ = metrics.precision_recall_curve(fraud, score)
    cost = numpy.where(
        t["decision"] == 0, fraud * money, numpy.where(t["decision"] == 1, 4.0, ~fraud * (0.1 * money)))
    matrix = metrics.confusion_matrix(fraud, flagged, labels=[False, True])
    result = {
        "auc_roc": metrics.roc_auc_score(fraud, score), "average_precision": metrics.average_precision_score(fraud, score),
        "recall_at_precision_0.9": recall[:-1][precision[:-1] >= 0.9].max(initial=0),
        "card_precision_at_100": card_precision(t["user"], fraud, score, t["time"], k),
        "ece": expected_calibration_error(fraud, score), "precision": metrics.precision_score(fraud, flagged),
        "recall": metrics.recall_score(fraud, flagged), "false_positive_rate": matrix[0, 1] / matrix[0].sum(),
        "value_recall": money[fraud & flagged].sum() / money[fraud].sum(), "expected_cost": cost.mean(),
    }
    result |= {f"recall_at_alert_rate_{rate}": recall_at_rate(fraud, score, rate) for rate in RATES}
    return {name: float(value) for name, value in result.items()}


def mix(value):
    value = value.copy()
    value = (value ^ (value >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return value ^ (value >> numpy.uint64(31))


def draws(users, resample, seed):
    """As many users as there are, drawn with replacement by SplitMix64."""
    step = numpy.uint64(0x9E3779B97F4A7C15)
    state = mix(numpy.array([seed], numpy.uint64) + numpy.array([resample], numpy.uint64) * step)
    values = mix(state + numpy.arange(1, users + 1, dtype=numpy.uint64) * step)
    return ((values >> numpy.uint64(32)) * numpy.uint64(users) >> numpy.uint64(32)).astype(int)


def resampled(t, resample, seed=7):
    names = numpy.unique(t["user"])
    times = numpy.bincount(draws(len(names), resample, seed), minlength=len(names))
    rows, copies = [], []
    for row in range(len(t["user"])):
        for copy in range(times[numpy.searchsorted(names, t["user"][row])]):
            rows.append(row)
            copies.append(copy)
    # A user drawn twice is two users.
    return {name: values[rows] for name, values in t.items()} | {"user": t["user"][rows] * 1000 + copies}


def detection(t):
    flagged = t["decision"] > 0
    hours, lost, at_once = [], [], 0
    cards = numpy.unique(t["user"][t["fraud"]])
    for card in cards:
        rows = numpy.flatnonzero((t["user"] == card) & t["fraud"])
        found = rows[flagged[rows]]
        before = rows if len(found) == 0 else rows[rows < found[0]]
        lost.append(numpy.maximum(t["amount"][before], 0).sum())
        if len(found):
            hours.append((t["time"][found[0]] - t["time"][rows[0]]) / 3_600_000)
            at_once += int(found[0] == rows[0])
    return dict(
        compromised=len(cards), detected=len(hours), detected_at_once=at_once, mean_hours=float(numpy.mean(hours)),
        median_hours=float(numpy.median(hours)), p90_hours=float(numpy.percentile(hours, 90)),
        lost_before_detection=float(numpy.sum(lost)), mean_lost_before_detection=float(numpy.mean(lost)))


def stability(before, during):
    """Population stability index; SciPy's relative entropies, both ways."""
    return float(stats.entropy(before, during) + stats.entropy(during, before))


def main():
    generator = numpy.random.default_rng(11)
    t = table(generator)
    other = t | {"score": numpy.clip(numpy.round((t["score"] + generator.normal(0, 0.1, 300)) * 128), 0, 128) / 128}
    samples = [figures(resampled(t, resample)) for resample in range(20)]
    others = [figures(resampled(other, resample)) for resample in range(20)]
    names = list(samples[0])
    observed, predicted = calibration.calibration_curve(t["fraud"], t["score"] - 1e-9 * (t["score"] > 0), n_bins=BINS)
    counts = [numpy.array([10, 40, 25, 25]), numpy.array([20, 30, 50, 5])]
    document = dict(
        users=t["user"].tolist(), frauds=t["fraud"].tolist(), scores=t["score"].tolist(),
        otherScores=other["score"].tolist(), decisions=t["decision"].tolist(), amounts=t["amount"].tolist(),
        times=t["time"].tolist(), figures=figures(t), samples={name: [s[name] for s in samples] for name in names},
        intervals={name: numpy.percentile([s[name] for s in samples], [2.5, 97.5]).tolist() for name in names},
        differences={
            name: numpy.percentile([b[name] - a[name] for a, b in zip(samples, others)], [2.5, 97.5]).tolist()
            for name in names},
        cardPrecisionAt3=card_precision(t["user"], t["fraud"], t["score"], t["time"], 3), detection=detection(t),
        reliability=[predicted.tolist(), observed.tolist()], before=counts[0].tolist(), during=counts[1].tolist(),
        stability=stability(*counts))
    (HERE / "figures.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
