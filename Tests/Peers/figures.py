"""The figures of `vigil evaluate --json`, computed by scikit-learn and NumPy, for programs that vigil is compared with."""
import datetime
import json

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

DAY = 86_400


def seconds(text):
    """Seconds since the Unix epoch of a day or of a timestamp in UTC."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(
        tzinfo=datetime.timezone.utc).timestamp()


def recall_at_alert_rate(frauds, scores, rate):
    budget = int(rate * len(scores))
    highest = np.argsort(-scores, kind="stable")[:budget]
    return float(frauds[highest].sum() / max(1, frauds.sum()))


def recall_at_precision(frauds, scores, precision):
    reached, recall, _ = precision_recall_curve(frauds, scores)
    return float(recall[:-1][reached[:-1] >= precision].max(initial=0))


def calibration_error(frauds, scores, bins=15):
    index = np.clip(np.ceil(scores * bins).astype(int) - 1, 0, bins - 1)
    gaps = [abs(scores[index == i].sum() - frauds[index == i].sum()) for i in range(bins)]
    return float(sum(gaps) / len(scores))


def figures(frauds, scores):
    """`frauds` (events) of 0 and 1, `scores` (events) probabilities."""
    return {
        "events": int(len(scores)),
        "frauds": int(frauds.sum()),
        "auc_roc": float(roc_auc_score(frauds, scores)),
        "average_precision": float(average_precision_score(frauds, scores)),
        "recall_at_alert_rate": {str(rate): recall_at_alert_rate(frauds, scores, rate) for rate in (0.005, 0.01)},
        "recall_at_precision": {"0.9": recall_at_precision(frauds, scores, 0.9)},
        "ece": calibration_error(frauds, scores),
    }


def report(name, model, features, frauds, times, tests):
    """Prints one JSON object a test span; spans are pairs of days, both included."""
    for first, last in tests:
        chosen = (times >= seconds(first)) & (times < seconds(last) + DAY)
        scores = model.predict_proba(features[chosen])[:, 1]
        print(json.dumps({"peer": name, "from": first, "to": last, **figures(frauds[chosen], scores)}))
