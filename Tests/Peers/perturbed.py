"""Transactions of a span with amounts and times moved at random: how far does a model fall?

    python Tests/Peers/perturbed.py handbook.csv.gz --from 2018-08-08 --to 2018-08-14 --spread 0.3 --minutes 60 > moved.csv

Each amount of the span, genuine or not, is multiplied by exp(N(0, spread)), each time moved by up to so many minutes either
way; what comes before stays as it is, and the file is sorted by time anew. Columns: tx_datetime and amount.
"""
import argparse
import csv
import datetime
import gzip
import math
import random
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("data")
parser.add_argument("--from", dest="start", required=True)
parser.add_argument("--to", dest="end", required=True, help="the last day")
parser.add_argument("--spread", type=float, default=0.3)
parser.add_argument("--minutes", type=float, default=60)
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()

chance = random.Random(arguments.seed)
with gzip.open(arguments.data, "rt", newline="") as file:
    reader = csv.DictReader(file)
    rows = []
    for row in reader:
        if arguments.start <= row["tx_datetime"][:10] <= arguments.end:
            row["amount"] = f"{float(row['amount']) * math.exp(chance.gauss(0, arguments.spread)):.2f}"
            time = datetime.datetime.fromisoformat(row["tx_datetime"].replace("Z", "+00:00"))
            time += datetime.timedelta(seconds=round(60 * chance.uniform(-arguments.minutes, arguments.minutes)))
            row["tx_datetime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append(row)
rows.sort(key=lambda row: row["tx_datetime"])
writer = csv.DictWriter(sys.stdout, reader.fieldnames, lineterminator="\n")
writer.writeheader()
writer.writerows(rows)
