"""XGBoost (400 trees of depth 6) on the Fraud Detection Handbook's transactions, for comparison with vigil.

    pip install numpy scikit-learn xgboost
    python Tests/Peers/xgboost_handbook.py handbook.csv.gz --until 2018-08-01 \
        --test 2018-08-08 2018-08-14 --test 2018-08-08 2018-08-31 [--no-risk]

It is given the information that vigil's model is given: the card's last 32 amounts and its activity over 1, 7 and 30
days, and what labels 7 days old and the amounts of frauds tell of the terminal. `--no-risk` leaves the terminal's labels
and activity out.
"""
import argparse
import csv
import gzip
import warnings

import numpy as np
import xgboost

from figures import DAY, report, seconds


def read(path):
    """Columns in the order of time: times, cards, terminals, amounts, frauds."""
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as file:
        rows = [(seconds(row["tx_datetime"]), int(row["customer_id"]), int(row["terminal_id"]), float(row["amount"]),
                 int(row["fraud"])) for row in csv.DictReader(file)]
    rows.sort(key=lambda row: row[0])
    times, cards, terminals, amounts, frauds = zip(*rows)
    return (np.array(times), np.array(cards), np.array(terminals), np.array(amounts, np.float32), np.array(frauds))


def groups(keys):
    """Positions of each key's rows, in order."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)


def card_features(times, amounts):
    """One card's features (events, 16); nothing of an event itself is in its history."""
    n = len(times)
    logs = np.log1p(amounts)
    padded = np.concatenate([np.full(32, np.nan, np.float32), amounts])
    window = np.lib.stride_tricks.sliding_window_view(padded, 32)[:n]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # A card's first event has no history to take a median of.
        median, mean, deviation = np.nanmedian(window, 1), np.nanmean(window, 1), np.nanstd(window, 1)
        ratio = logs - np.log1p(median)
        z = (amounts - mean) / np.maximum(deviation, 0.01 * mean)
        gap = np.diff(times, prepend=np.nan)
        columns = [amounts, ratio, z, gap, times % DAY / 3600, (times // DAY + 3) % 7]
        for days in (1 / 24, 1, 7, 30):
            start = np.searchsorted(times, times - days * DAY, "right")
            sums = np.concatenate([[0], np.cumsum(amounts)])
            count = np.arange(n) - start
            columns += [count, (sums[np.arange(n)] - sums[start]) / np.where(count, count, np.nan)]
        for back in (1, 2):
            columns.append(np.concatenate([np.full(min(back, n), np.nan), ratio[:-back]])[:n])
        # The highest ratio of the week before: what a compromised card looks like.
        start = np.searchsorted(times, times - 7 * DAY, "right")
        columns.append([np.max(ratio[first:i], initial=-9) for i, first in enumerate(start)])
        start = np.searchsorted(times, times - 14 * DAY, "right")
        high = np.concatenate([[0], np.cumsum(ratio > 0.9)])
        columns.append(high[np.arange(n)] - high[start])
    return np.stack([np.asarray(column, np.float32) for column in columns], 1)


def terminal_features(times, frauds, amounts, delay):
    """One terminal's features (events, 17) from labels that were known by each event."""
    n = len(times)
    known = np.searchsorted(times, times - delay, "right")
    total = np.concatenate([[0], np.cumsum(frauds)])
    columns = []
    for days in (1, 7, 30):
        start = np.searchsorted(times, times - delay - days * DAY, "right")
        count = known - start
        columns += [count, (total[known] - total[start]) / np.where(count, count, np.nan)]
    for age in (1, 2, 3):
        columns.append(np.where(known >= age, frauds[np.maximum(known - age, 0)], np.nan))
    genuine = np.where(frauds == 0, np.arange(n), -1)
    last_genuine = np.concatenate([[-1], np.maximum.accumulate(genuine)])[known]
    run = known - 1 - last_genuine
    columns.append(run)
    columns.append(np.where(run > 0, times - times[np.minimum(last_genuine + 1, n - 1)], np.nan))
    columns.append(np.where(last_genuine >= 0, times - times[np.maximum(last_genuine, 0)], np.nan))
    mean, means = np.nan, [np.nan]
    least, leasts = np.nan, [np.nan]
    for fraud, amount in zip(frauds, amounts):
        mean = fraud if np.isnan(mean) else 0.8 * mean + 0.2 * fraud
        means.append(mean)
        # The least amount of the current run of frauds.
        least = np.fmin(least, amount) if fraud else np.nan
        leasts.append(least)
    columns.append(np.array(means)[known])
    columns.append(np.array(leasts)[known])
    columns.append(np.where(known > 0, times - times[np.maximum(known - 1, 0)], np.nan))
    for days in (1, 7):
        columns.append(np.arange(n) - np.searchsorted(times, times - days * DAY, "right"))
    return np.stack([np.asarray(column, np.float32) for column in columns], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--until", default="2018-08-01")
    parser.add_argument("--label-delay-days", type=float, default=7)
    parser.add_argument("--test", nargs=2, action="append", metavar=("FROM", "TO"))
    parser.add_argument("--no-risk", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    times, cards, terminals, amounts, frauds = read(arguments.data)
    delay = arguments.label_delay_days * DAY
    parts = [np.empty((len(times), 0), np.float32)]
    columns = None
    for rows in groups(cards):
        block = card_features(times[rows], amounts[rows])
        columns = np.empty((len(times), block.shape[1]), np.float32) if columns is None else columns
        columns[rows] = block
    parts.append(columns)
    if not arguments.no_risk:
        columns = None
        for rows in groups(terminals):
            block = terminal_features(times[rows], frauds[rows], amounts[rows], delay)
            columns = np.empty((len(times), block.shape[1]), np.float32) if columns is None else columns
            columns[rows] = block
        parts.append(columns)
    features = np.concatenate(parts, 1)
    # Labels known at the cut-off; the first month only fills the windows.
    training = (times <= seconds(arguments.until) - delay) & (times >= times[0] + 30 * DAY)
    model = xgboost.XGBClassifier(
        n_estimators=400, max_depth=6, learning_rate=0.05, subsample=0.8, colsample_bytree=0.8, tree_method="hist",
        n_jobs=arguments.threads, random_state=0)
    model.fit(features[training], frauds[training])
    name = "xgboost without entity risk" if arguments.no_risk else "xgboost"
    report(name, model, features, frauds, times, arguments.test or [("2018-08-08", "2018-08-14")])


main()
