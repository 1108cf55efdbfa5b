"""scikit-learn's view of a ranking with many equal scores.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy scikit-learn
    /tmp/venv/bin/python Tests/ScoringTests/Fixtures/make_ranking.py

writes ranking.json beside this file.
"""

import json
import pathlib

import numpy
from sklearn import isotonic, metrics

HERE = pathlib.Path(__file__).parent


def case(generator, events, rate, steps):
    frauds = generator.random(events) < rate
    # Multiples of 1/steps are exact in single precision, so both sides see the same ties.
    scores = numpy.clip(numpy.round((generator.random(events) * 0.7 + frauds * 0.3) * steps), 0, steps) / steps
    precision, recall, thresholds = metrics.precision_recall_curve(frauds, scores)
    threshold = float(thresholds[len(thresholds) // 2])
    alerts = scores >= threshold
    return dict(
        scores=scores.tolist(), frauds=frauds.tolist(), aucROC=metrics.roc_auc_score(frauds, scores),
        averagePrecision=metrics.average_precision_score(frauds, scores),
        recallAtPrecision=float(recall[precision >= 0.6].max()), threshold=threshold,
        precisionAtThreshold=metrics.precision_score(frauds, alerts),
        recallAtThreshold=metrics.recall_score(frauds, alerts),
        isotonic=isotonic.isotonic_regression(
            [frauds[scores == score].mean() for score in numpy.unique(scores)],
            sample_weight=[(scores == score).sum() for score in numpy.unique(scores)]).tolist())


def main():
    generator = numpy.random.default_rng(3)
    cases = [case(generator, 200, 0.2, 16), case(generator, 150, 0.05, 64), case(generator, 120, 0.5, 4)]
    (HERE / "ranking.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
