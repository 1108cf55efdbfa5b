"""How well anyone could rank the Handbook's transactions: Bayes' rule on the process that made them.

    pip install numpy scikit-learn
    python Tests/Peers/handbook_ceiling.py handbook.csv.gz --test 2018-08-08 2018-08-14

It cheats: it knows the generator (three cards a day are compromised for 14 days, a third of their amounts multiplied by
five; two terminals a day for 28 days, all of whose transactions are fraud; amounts above 220 are fraud) and each
card's true mean. It sees the past only, and labels after 7 days. Nothing is fitted but how likely an amount is that of
a fraud of the card's own. Rankings:

    card            the card's sequence alone, no terminal
    card, known     the same, told by an oracle on which days the card is compromised
    terminal        with the terminal's labels
    with amounts    with the amounts of the terminal's frauds beside their labels
"""
import argparse
import csv
import gzip
import json

import numpy as np

from figures import DAY, figures, seconds

CARD_DAYS, TERMINAL_DAYS = 14, 28


def read(path):
    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as file:
        rows = [(seconds(row["tx_datetime"]), int(row["customer_id"]), int(row["terminal_id"]), float(row["amount"]),
                 int(row["fraud"]), int(row["scenario"])) for row in csv.DictReader(file)]
    rows.sort(key=lambda row: row[0])
    times, cards, terminals, amounts, frauds, scenarios = (np.array(column) for column in zip(*rows))
    return times.astype(int), cards, terminals, amounts, frauds, scenarios


def groups(keys):
    """Positions of each key's rows, in order."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)


class Compromise:
    """How likely something is compromised since so many days, or (the last place) sound."""

    def __init__(self, length, hazard, day):
        self.state = np.zeros(length + 1)
        self.state[length] = 1
        self.length, self.hazard, self.day = length, hazard, day

    def at(self, day):
        """The state some days on."""
        state, length = self.state, self.length
        for _ in range(max(0, int(day - self.day))):
            sound = state[length] + state[length - 1]
            state = np.concatenate([[sound * self.hazard], state[:length - 1], [sound * (1 - self.hazard)]])
        return state

    def advance(self, day):
        self.state, self.day = self.at(day), max(day, self.day)

    def observe(self, compromised, sound):
        """Likelihoods of what was seen."""
        self.state[:self.length] *= compromised
        self.state[self.length] *= sound
        self.state /= self.state.sum()


def normal(x, mean, deviation):
    return np.exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation / 2.5066


def amount_likelihood(cards, amounts, scenarios):
    """How much likelier an amount is a fraud's than the card's own; a negative draw was drawn again."""
    own = scenarios != 3
    means = np.bincount(cards[own], amounts[own]) / np.maximum(1, np.bincount(cards[own]))
    ratio = amounts / means[cards]
    fraud = normal(ratio, 5, 2.5) + 0.0228 * (ratio < 10) / 10
    genuine = normal(ratio, 1, 0.5) + 0.0228 * (ratio < 2) / 2
    return fraud / np.maximum(genuine, 1e-30)


def card_frauds(days, cards, amounts, likelihood):
    """The chance of a fraud of the card's own, filtered."""
    chance = np.zeros(len(days))
    for rows in groups(cards):
        compromise = Compromise(CARD_DAYS, 3 / 5000, days[rows[0]] - 30)
        for row in rows:
            compromise.advance(days[row])
            here = compromise.state[:CARD_DAYS].sum()
            factor = likelihood[row] / 3 + 2 / 3
            chance[row] = 1 if amounts[row] > 220 else here * likelihood[row] / 3 / (here * factor + 1 - here)
            compromise.observe(factor, 1)
    return chance


def known_card_frauds(days, cards, amounts, likelihood, scenarios):
    """The same where the days of a compromise are known."""
    starts = {}
    for row in np.flatnonzero(scenarios == 3):
        known = starts.setdefault(cards[row], [])
        if not known or days[row] - known[-1] >= CARD_DAYS:
            known.append(days[row])
    inside = np.array([any(start <= day < start + CARD_DAYS for start in starts.get(card, ()))
                       for card, day in zip(cards, days)])
    return np.where(amounts > 220, 1, np.where(inside, likelihood / (likelihood + 2), likelihood * 1e-6 / 3))


def terminal_frauds(times, days, terminals, frauds, own, first, end):
    """The chance that the terminal is compromised, from labels 7 days old; `own`: that a fraud is none of its doing."""
    chance = np.zeros(len(times))
    for rows in groups(terminals):
        compromise = Compromise(TERMINAL_DAYS, 2 / 10_000, days[rows[0]] - 60)
        known = 0
        for row in rows:
            while known < len(rows) and times[rows[known]] < times[row] // 3600 * 3600 - 7 * DAY:
                label = rows[known]
                compromise.advance(days[label])
                compromise.observe(1.0 if frauds[label] else 1e-6, own[label] if frauds[label] else 1 - own[label])
                known += 1
            if first <= times[row] < end:
                chance[row] = compromise.at(days[row])[:TERMINAL_DAYS].sum()
    return chance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--test", nargs=2, action="append", required=True, metavar=("FROM", "TO"))
    arguments = parser.parse_args()
    times, cards, terminals, amounts, frauds, scenarios = read(arguments.data)
    days = times // DAY
    spans = [(seconds(first), seconds(last) + DAY) for first, last in arguments.test]
    likelihood = amount_likelihood(cards, amounts, scenarios)
    card = card_frauds(days, cards, amounts, likelihood)
    rankings = {"card": card, "card, known": known_card_frauds(days, cards, amounts, likelihood, scenarios)}
    before = times < min(first for first, _ in spans) - 14 * DAY
    bins = np.digitize(amounts, np.unique(np.append(np.quantile(amounts, np.arange(1, 40) / 40), range(100, 221, 20))))
    shares = np.bincount(bins[before], np.isin(scenarios, (1, 3))[before], 64) / np.maximum(
        1, np.bincount(bins[before], minlength=64))
    span = (min(first for first, _ in spans), max(end for _, end in spans))
    for name, own in (("terminal", np.full(len(times), 0.0034)), ("with amounts", np.clip(shares[bins], 1e-4, 0.9999))):
        terminal = terminal_frauds(times, days, terminals, frauds, own, *span)
        rankings[name] = 1 - (1 - terminal) * (1 - card)
    for (first, end), names in zip(spans, arguments.test):
        chosen = (times >= first) & (times < end)
        for name, scores in rankings.items():
            found = figures(frauds[chosen], scores[chosen])
            print(json.dumps({"ranking": name, "from": names[0], "to": names[1], **found}))


main()
