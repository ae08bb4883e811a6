"""Do the figures of `damvideo sdp score` know which captions are wrong? Facts of the clips judge, they filter nothing.

    python figures.py scored.jsonl CLIPS [--keep 0.6]

For each figure: AUROC for "the caption has a wrong fact", and the share of settled facts that are right in the captions that the
figure puts first (--keep of each class) and in the others. CLIPS is the folder of make_clips.py. The caption that is judged is
the one that a filter chose, else the first.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

from facts import Facts
from judge import marks
from parse import Parser


def auroc(values, wrong):
    """Probability that a wrong caption has a smaller value than a right one; equal values count half."""
    right = sorted(v for v, w in zip(values, wrong) if not w)
    bad = [v for v, w in zip(values, wrong) if w]
    if not right or not bad:
        return None
    total = sum(sum(r > v for r in right) + 0.5 * sum(r == v for r in right) for v in bad)
    return total / (len(right) * len(bad))


def kept(records, name, share):
    """Places of the records that are best by a figure within their class."""
    classes = defaultdict(list)
    for place, record in enumerate(records):
        classes[record["label"]].append((-record["scores"][name], record["id"], place))
    return {place for members in classes.values() for _, _, place in sorted(members)[: -int(-share * len(members) // 1)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scored", type=Path)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--keep", type=float, default=0.6)
    options = parser.parse_args()
    reads, records, results = Parser(), [], []
    for line in options.scored.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        seed, track = record["media"].split("/")[-2], record["id"].split("/")[-1]
        facts = json.loads((options.clips / seed / "facts.json").read_text(encoding="utf-8"))
        truth = Facts.from_record(facts["tracks"][track]) if track in facts["tracks"] else None
        if truth:
            reading = reads(record.get("caption") or record["captions"][0]["text"])
            records.append(record)
            results.append([right for _, right in marks(reading, truth)] + [reading.mentions <= set(facts["present"])])
    wrong = [not all(result[:-1]) for result in results]
    print(f"{len(records)} captions, {sum(wrong)} with a wrong fact, {sum(not r[-1] for r in results)} that invent something")
    # A verdict that could not be used is null.
    numbers = [{name: v for name, v in record["scores"].items() if isinstance(v, (int, float))} for record in records]
    names = sorted({name for scores in numbers for name in scores})

    def share(places):
        marks_of = [mark for place in places for mark in results[place][:-1]]
        return 100 * sum(marks_of) / len(marks_of) if marks_of else float("nan")

    print(f"{'figure':<14} {'captions':>8} {'AUROC':>6} {'kept':>6} {'dropped':>7}   right of the tenths, worst first")
    for name in names:
        places = [place for place, scores in enumerate(numbers) if name in scores]
        own = [records[place] for place in places]
        values = [float(record["scores"][name]) for record in own]
        area = auroc(values, [wrong[place] for place in places])
        best = {places[place] for place in kept(own, name, options.keep)}
        order = [places[place] for place in sorted(range(len(places)), key=lambda place: values[place])]
        tenths = [share(order[len(order) * i // 10 : len(order) * (i + 1) // 10]) for i in range(10)]
        print(f"{name:<14} {len(places):>8} {area or 0:>6.3f} {share(best):>6.1f} {share(set(places) - best):>7.1f}   "
              + " ".join(f"{tenth:.0f}" for tenth in tenths))


if __name__ == "__main__":
    main()
