"""Captions the clips of a list with Ray Data: each actor keeps a model loaded in a `damvideo worker` of its own.

    python ray_captions.py clips.txt masks results --actors 4 -- --model DAM-3B-Video

Clips whose captions are in the folder of results are not done again, so the script can be ended and started at will; actors
that die are started again by Ray, and the clip they had goes on where it was. `damvideo merge -a clips.txt results` says whether
anything is missing.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time

import ray

# The category of a clip that another worker has: that of an actor which was killed finishes its clip before it ends.
TAKEN = "output_exists"
PATIENCE = 600


class Captioner:
    """An actor: one worker process, one job at a time."""

    def __init__(self, program, arguments, results):
        self.results = results
        self.numbers = itertools.count()
        self.worker = subprocess.Popen(
            [program, "worker", "--quiet", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, job):
        job["id"] = str(next(self.numbers))
        self.worker.stdin.write(json.dumps(job) + "\n")
        self.worker.stdin.flush()
        answer = self.worker.stdout.readline()
        if not answer or json.loads(answer).get("error", {}).get("category") == "handed_back":
            # The worker was ended: so is this actor, and Ray gives the clip to another one.
            os._exit(75)
        return json.loads(answer)

    def __call__(self, row):
        job = {"caption": {"clip": row["clip"], "masks": row["masks"]}, "output": self.results}
        end = time.monotonic() + PATIENCE
        answer = self.ask(dict(job))
        while answer.get("error", {}).get("category") == TAKEN and time.monotonic() < end:
            time.sleep(1)
            answer = self.ask(dict(job))
        error = answer.get("error", {})
        return {"clip": row["clip"], "code": error.get("code", 0), "message": error.get("message", "")}


def rows(path, masks):
    """The clips of a list, relative to its folder, with the masks named like each."""
    folder = pathlib.Path(path).parent
    for line in pathlib.Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            fields = line.split("\t")
            clip = folder / fields[0]
            own = folder / fields[1] if len(fields) > 1 else named(masks, clip.stem)
            yield {"clip": str(clip), "masks": str(own)}


def named(masks, stem):
    """The folder or file of that name."""
    for path in sorted(pathlib.Path(masks).iterdir()):
        if path.name == stem or path.stem == stem:
            return path
    sys.exit(f"{masks}: found nothing named like {stem}, expected a folder or file with its masks")


def main():
    own, worker = sys.argv[1:], []
    if "--" in own:
        own, worker = own[: own.index("--")], own[own.index("--") + 1 :]
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("list")
    options.add_argument("masks")
    options.add_argument("results")
    options.add_argument("--actors", type=int, default=2)
    options.add_argument("--cpus", type=float, default=1, help="of each actor")
    options.add_argument("--program", default="damvideo")
    options = options.parse_args(own)
    pathlib.Path(options.results).mkdir(parents=True, exist_ok=True)
    clips = list(rows(options.list, options.masks))
    answers = ray.data.from_items(clips, override_num_blocks=len(clips)).map(
        Captioner, fn_constructor_args=(options.program, worker, os.path.abspath(options.results) + "/"),
        concurrency=options.actors, num_cpus=options.cpus).take_all()
    failed = [answer for answer in answers if answer["code"]]
    for answer in failed:
        print(f"{answer['clip']}: {answer['message']}", file=sys.stderr)
    print(f"{len(answers) - len(failed)} of {len(clips)} clips are captioned")
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
