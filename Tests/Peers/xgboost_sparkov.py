"""XGBoost (400 trees of depth 6) on card transactions made with Sparkov, for comparison with vigil.

    pip install numpy scikit-learn xgboost
    python Tests/Peers/xgboost_sparkov.py sparkov.csv.gz --until 2019-08-24 --test 2019-09-01 2019-09-30

It is given window features of the card (counts, sums, means and highest amounts over five spans, also of the same
category), gaps, categories, distances and what is known of the card holder, and every label before the cut-off.
"""
import argparse
import collections
import csv
import gzip
import math

import numpy as np
import xgboost

from figures import DAY, report, seconds

SPANS = (3600, 6 * 3600, DAY, 7 * DAY, 30 * DAY)


def distance(row):
    """Kilometres between card holder and merchant."""
    lat, long, merchant_lat, merchant_long = (
        math.radians(float(row[name])) for name in ("lat", "long", "merch_lat", "merch_long"))
    half = (math.sin((merchant_lat - lat) / 2) ** 2
            + math.cos(lat) * math.cos(merchant_lat) * math.sin((merchant_long - long) / 2) ** 2)
    return 12_742 * math.asin(math.sqrt(half))


class Card:
    """A card's past."""

    def __init__(self):
        self.events = collections.deque()  # (time, amount, category) of the last 30 days
        self.last_time = math.nan
        self.last = [math.nan] * 3
        self.of_category = collections.defaultdict(lambda: [0, 0.0])

    def features(self, time, amount, category):
        while self.events and self.events[0][0] <= time - SPANS[-1]:
            self.events.popleft()
        counts, sums, highest, same = ([0.0] * len(SPANS) for _ in range(4))
        for past_time, past_amount, past_category in self.events:
            for index, span in enumerate(SPANS):
                if past_time > time - span:
                    counts[index] += 1
                    sums[index] += past_amount
                    highest[index] = max(highest[index], past_amount)
                    if past_category == category:
                        same[index] += 1
        means = [total / count if count else math.nan for total, count in zip(sums, counts)]
        count, total = self.of_category[category]
        usual = total / count if count else math.nan
        return (counts + sums + highest + same
                + [amount / means[3] if means[3] else math.nan, amount / means[4] if means[4] else math.nan,
                   math.log1p(amount) - usual, time - self.last_time, *self.last])

    def add(self, time, amount, category):
        self.events.append((time, amount, category))
        self.last_time = time
        self.last = [amount, *self.last[:2]]
        self.of_category[category][0] += 1
        self.of_category[category][1] += math.log1p(amount)


def read(path):
    """Features, times and frauds in the order of time."""
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["timestamp"])
    cards, categories = collections.defaultdict(Card), {}
    features, times, frauds = [], [], []
    for row in rows:
        time, amount = seconds(row["timestamp"]), float(row["amount"])
        category = categories.setdefault(row["category"], len(categories))
        card = cards[row["card_id"]]
        own = [amount, category, distance(row), float(row["city_pop"]), float(row["gender"] == "F"),
               float(row["birth_year"]), time % DAY / 3600, (time // DAY + 3) % 7]
        features.append(np.array(own + card.features(time, amount, category), np.float32))
        card.add(time, amount, category)
        times.append(time)
        frauds.append(int(row["fraud"]))
    return np.stack(features), np.array(times), np.array(frauds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--until", default="2019-08-24")
    parser.add_argument("--test", nargs=2, action="append", metavar=("FROM", "TO"))
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    features, times, frauds = read(arguments.data)
    training = times < seconds(arguments.until)
    model = xgboost.XGBClassifier(
        n_estimators=400, max_depth=6, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, tree_method="hist",
        n_jobs=arguments.threads, random_state=0)
    model.fit(features[training], frauds[training])
    report("xgboost", model, features, frauds, times, arguments.test or [("2019-09-01", "2019-09-30")])


main()
