#!/usr/bin/env python3
"""Makes the fixtures of the tracking measures: random tracks, and what TrackEval and py-motmetrics say of them.

    pip install trackeval==1.3.0 motmetrics==1.4.0 pycocotools==2.0.11 scipy==1.17.1
    python3 make.py        writes NAME/gt.txt, NAME/results.txt, expected.json and assignments.json beside itself

Boxes are MOTChallenge text, masks (folder `masks`) MOTS text with COCO run lengths. TrackEval reads these very files with
its own data set classes; preprocessing by class is off, as every line counts. py-motmetrics reads the boxes with its own
loader and compares them with `compare_to_groundtruth`; it has no masks, so those get pycocotools' IoU. It says nothing of
empty files. Nothing in the package or its tests needs this script.
"""

import contextlib
import io
import json
import pathlib
import random
import shutil
import tempfile

import motmetrics
import numpy as np
import trackeval
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 160, 120
# motmetrics 1.4.0 calls a function that NumPy 2 no longer has.
np.asfarray = lambda values: np.asarray(values, dtype=float)


def walks(chance, frames, count):
    """Returns {id: {frame: (left, top, width, height)}}: objects that walk, overtake and cross each other, and leave."""
    tracks = {}
    for number in range(1, count + 1):
        first = chance.randrange(frames // 3)
        last = chance.randrange(2 * frames // 3, frames)
        hidden = chance.randrange(first, last)
        x, y = chance.uniform(0, WIDTH - 30), chance.uniform(0, HEIGHT - 40)
        dx, dy = chance.uniform(-2.5, 2.5), chance.uniform(-1, 1)
        w, h = chance.uniform(14, 26), chance.uniform(24, 40)
        tracks[number] = {
            frame: (x + dx * (frame - first), y + dy * (frame - first), w, h)
            for frame in range(first, last + 1) if not hidden <= frame < hidden + 4}
    return tracks


def overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(0, w) * max(0, h)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def tracker(chance, truth, frames, noise):
    """Returns what a mediocre tracker makes of true tracks: ids that change where objects meet and after losses, boxes that
    are off, misses, and boxes where nothing is."""
    name = {number: 100 + number for number in truth}
    lost, fresh, found = set(), 200, {}
    for frame in range(frames):
        shown = {number: places[frame] for number, places in truth.items() if frame in places}
        for a in shown:
            for b in shown:
                if a < b and overlap(shown[a], shown[b]) > 0.35 and chance.random() < 0.3:
                    name[a], name[b] = name[b], name[a]
        for number, (x, y, w, h) in shown.items():
            if chance.random() < 0.06:
                lost.add(number)
            if number in lost:
                if chance.random() < 0.5:
                    continue
                lost.discard(number)
                if chance.random() < 0.5:
                    fresh += 1
                    name[number] = fresh
            box = (x + chance.gauss(0, noise), y + chance.gauss(0, noise),
                   w * chance.uniform(0.9, 1.1), h * chance.uniform(0.9, 1.1))
            found.setdefault(name[number], {})[frame] = box
        if chance.random() < 0.4:
            box = (chance.uniform(-5, WIDTH), chance.uniform(-5, HEIGHT), 20, 30)
            found.setdefault(900 + chance.randrange(3), {})[frame] = box
    return found


def rounded(tracks, digits):
    def value(number):
        return round(number, digits) if digits else int(round(number))
    return {number: {frame: tuple(map(value, box)) for frame, box in places.items()} for number, places in tracks.items()}


def without(tracks, frames):
    kept = {number: {f: box for f, box in places.items() if f not in frames} for number, places in tracks.items()}
    return {number: places for number, places in kept.items() if places}


def box_sets():
    sets = {}
    chance = random.Random(1)
    truth = walks(chance, 80, 8)
    sets["crossings"] = rounded(truth, 0), rounded(tracker(chance, truth, 80, 1.5), 0)
    chance = random.Random(2)
    truth = walks(chance, 60, 12)
    sets["fractions"] = rounded(truth, 2), rounded(tracker(chance, truth, 60, 3), 2)
    # Empty frames, frames with only true objects and with only found objects, inside tracks and between them.
    chance = random.Random(3)
    truth = walks(chance, 60, 5)
    found = tracker(chance, truth, 60, 2)
    sets["gaps"] = (
        without(rounded(truth, 0), {*range(10, 15), *range(30, 34), 58, 59}),
        without(rounded(found, 0), {*range(12, 20), *range(40, 43), 0, 1}))
    # Boxes shifted so that overlaps are at thresholds, or would be but for rounding.
    base = (10, 20, 40, 24)
    shifts = [40 * (1 - i / 20) / (1 + i / 20) for i in range(1, 21)]
    exact = {frame: (50 + 3 * (frame % 4), 60, 19, 10) for frame in range(20)}
    chance = random.Random(9)
    tenths = {frame: tuple(round(chance.uniform(*span), 1) for span in [(70, 110), (0, 50), (20, 30), (5, 30)])
              for frame in range(20)}
    sets["thresholds"] = (
        {1: {frame: base for frame in range(20)}, 2: exact, 3: tenths},
        {1: {frame: (10 + shift, 20, 40, 24) for frame, shift in enumerate(shifts)},
         2: {frame: (box[0], 60, 19, 5 if frame % 2 else 20) for frame, box in exact.items()},
         3: {frame: (x, y, round(w * (frame + 1) / 20, 3), h) for frame, (x, y, w, h) in tenths.items()}})
    # Boxes that lie on each other exactly: of equal solutions both packages take SciPy's.
    chance = random.Random(4)
    truth = rounded(walks(chance, 40, 4), 0)
    found = rounded(tracker(chance, walks(random.Random(4), 40, 4), 40, 1), 0)
    doubles = {number + 50: dict(places) for number, places in found.items() if number % 2}
    sets["twins"] = {**truth, 9: dict(truth[1])}, {**found, **doubles}
    # Object 1 is matched by 5, then by nothing, then 5 and the better 6 are there: the packages differ in the match.
    steady = {frame: (20, 20, 20, 40) for frame in range(20)}
    sets["returning"] = (
        {1: steady},
        {5: {frame: (22, 20, 20, 40) for frame in range(20) if not 8 <= frame < 12},
         6: {frame: (20, 20, 20, 40) for frame in range(12, 18)},
         7: {9: (90, 90, 9, 9)}})
    sets["nothing-found"] = rounded(walks(random.Random(5), 12, 3), 0), {}
    sets["nothing-true"] = {}, rounded(walks(random.Random(6), 12, 3), 0)
    return sets


def mask_set():
    """Masks: ellipses in boxes, the lower ids in front, so that no pixel has two objects."""
    chance = random.Random(7)
    truth = walks(chance, 30, 6)
    return drawn(truth), drawn(tracker(chance, truth, 30, 1.5))


def drawn(tracks):
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    masks = {}
    for frame in sorted({frame for places in tracks.values() for frame in places}):
        taken = np.zeros((HEIGHT, WIDTH), dtype=bool)
        for number in sorted(tracks):
            if frame not in tracks[number]:
                continue
            x, y, w, h = tracks[number][frame]
            mask = ((xs - x - w / 2) / w * 2) ** 2 + ((ys - y - h / 2) / h * 2) ** 2 <= 1
            mask &= ~taken
            taken |= mask
            if mask.any():
                runs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
                masks.setdefault(number, {})[frame] = runs["counts"].decode()
    return masks


def lines(tracks, line):
    entries = [(frame, number, place) for number, places in tracks.items() for frame, place in places.items()]
    return "".join(line(*entry) + "\n" for entry in sorted(entries))


def box_line(tail):
    return lambda frame, number, box: ",".join(map(str, (frame + 1, number, *box))) + tail


def mask_line(frame, number, counts):
    return f"{frame + 1} {number} 2 {HEIGHT} {WIDTH} {counts}"


def length(*sides):
    return 1 + max(frame for side in sides for places in side.values() for frame in places)


def quietly(call):
    with contextlib.redirect_stdout(io.StringIO()):
        return call()


def by_trackeval(name, frames, dataset, **extra):
    """TrackEval's figures for one folder, from its files."""
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "results"
        results.mkdir()
        shutil.copy(HERE / name / "results.txt", results / f"{name}.txt")
        config = {
            "GT_FOLDER": str(HERE), "TRACKERS_FOLDER": folder, "TRACKERS_TO_EVAL": ["results"], "TRACKER_SUB_FOLDER": "",
            "GT_LOC_FORMAT": "{gt_folder}/{seq}/gt.txt", "SEQ_INFO": {name: frames}, "SKIP_SPLIT_FOL": True,
            "PRINT_CONFIG": False, **extra}
        data = dataset(config)
        sequence = data.get_preprocessed_seq_data(data.get_raw_seq_data("results", name), "pedestrian")
    quiet = {"PRINT_CONFIG": False}
    hota = trackeval.metrics.HOTA().eval_sequence(sequence)
    clear = trackeval.metrics.CLEAR(quiet).eval_sequence(sequence)
    identity = trackeval.metrics.Identity(quiet).eval_sequence(sequence)
    names = {
        "hota": "HOTA", "det_a": "DetA", "det_re": "DetRe", "det_pr": "DetPr", "ass_a": "AssA", "ass_re": "AssRe",
        "ass_pr": "AssPr", "loc_a": "LocA"}
    values = {key: float(np.mean(hota[other])) for key, other in names.items()}
    for key, other in {
        "mota": "MOTA", "motp": "MOTP", "misses": "CLR_FN", "false_positives": "CLR_FP", "switches": "IDSW",
        "fragmentations": "Frag", "mostly_tracked": "MT", "mostly_lost": "ML"}.items():
        values[key] = float(clear[other])
    for key, other in {"idf1": "IDF1", "idp": "IDP", "idr": "IDR"}.items():
        values[key] = float(identity[other])
    for key, other in {
        "truth_detections": "num_gt_dets", "found_detections": "num_tracker_dets", "truth_tracks": "num_gt_ids",
        "found_tracks": "num_tracker_ids"}.items():
        values[key] = float(sequence[other])
    return values


def mask_distances(frames, truth, found):
    accumulator = motmetrics.MOTAccumulator()

    def at(frame, side):
        return {n: {"size": [HEIGHT, WIDTH], "counts": p[frame].encode()} for n, p in sorted(side.items()) if frame in p}

    for frame in range(frames):
        rows, columns = at(frame, truth), at(frame, found)
        if rows and columns:
            overlaps = coco.iou(list(rows.values()), list(columns.values()), [0] * len(columns))
            distances = np.where(overlaps < 0.5, np.nan, 1 - overlaps)
        else:
            distances = np.empty((0, 0))
        accumulator.update(list(rows), list(columns), distances, frameid=frame)
    return accumulator


def by_motmetrics(name, accumulator=None):
    if accumulator is None:
        truth, found = (motmetrics.io.loadtxt(HERE / name / f"{side}.txt", fmt="mot15-2D") for side in ("gt", "results"))
        accumulator = motmetrics.utils.compare_to_groundtruth(truth, found, "iou", distth=0.5)
    names = {
        "mota": "mota", "motp": "motp", "misses": "num_misses", "false_positives": "num_false_positives",
        "switches": "num_switches", "fragmentations": "num_fragmentations", "mostly_tracked": "mostly_tracked",
        "mostly_lost": "mostly_lost", "idf1": "idf1", "idp": "idp", "idr": "idr", "truth_detections": "num_objects",
        "found_detections": "num_predictions", "truth_tracks": "num_unique_objects"}
    values = motmetrics.metrics.create().compute(accumulator, metrics=list(names.values()), return_dataframe=False)
    values = {key: float(values[other]) for key, other in names.items()}
    values["motp"] = 1 - values["motp"]  # a distance there
    return values


def assignments():
    """Cost tables, many with equal solutions, and the pairs SciPy chooses."""
    chance = random.Random(8)
    problems = []
    for rows, columns, top in [
        (1, 1, 9), (1, 6, 3), (6, 1, 3), (4, 4, 1), (5, 5, 3), (3, 7, 2), (7, 3, 2), (8, 8, 100), (9, 12, 5), (12, 9, 5),
        (20, 20, 6), (15, 30, 1000)]:
        costs = [[chance.randint(-top, top) for _ in range(columns)] for _ in range(rows)]
        pairs = [list(map(int, pair)) for pair in zip(*linear_sum_assignment(np.array(costs)))]
        problems.append({"columns": columns, "costs": sum(costs, []), "pairs": pairs})
    return problems


def write_json(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")


def main():
    expected = {}
    for name, (truth, found) in box_sets().items():
        (HERE / name).mkdir(exist_ok=True)
        (HERE / name / "gt.txt").write_text(lines(truth, box_line(",1,1,1")))
        (HERE / name / "results.txt").write_text(lines(found, box_line(",1,-1,-1,-1")))
        kind = trackeval.datasets.MotChallenge2DBox
        expected[name] = {
            "trackeval": quietly(lambda: by_trackeval(name, length(truth, found), kind, DO_PREPROC=False))}
        if truth and found:
            expected[name]["motmetrics"] = by_motmetrics(name)
    truth, found = mask_set()
    (HERE / "masks").mkdir(exist_ok=True)
    (HERE / "masks/gt.txt").write_text(lines(truth, mask_line))
    (HERE / "masks/results.txt").write_text(lines(found, mask_line))
    frames = length(truth, found)
    expected["masks"] = {
        "trackeval": quietly(lambda: by_trackeval("masks", frames, trackeval.datasets.MOTSChallenge)),
        "motmetrics": by_motmetrics("masks", mask_distances(frames, truth, found))}
    write_json("expected.json", expected)
    write_json("assignments.json", assignments())


if __name__ == "__main__":
    main()
