"""python parser_fixture.py OUT.json: captions with their facts, and damaged captions with what `parse.py` reads in them.

For the tests of the Swift parser, which must read the same. Clips and draws are ones nothing is trained on.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from captions import caption
from clip import Clip
from things import spread
from parse import Parser


def reading_record(reading):
    return asdict(reading) | {"colours": list(reading.colours), "mentions": sorted(reading.mentions)}


def main(out):
    rng, parser = np.random.default_rng(99), Parser()
    whole, damaged = [], []
    for seed in range(510_000, 510_055):
        clip = Clip(seed)
        for index in range(len(clip.things)):
            frames = clip.seen_frames(index)
            for sampled in ([frames[i] for i in spread(len(frames))], frames[-1:]):
                facts = clip.facts(index, sampled)
                text = caption(facts, rng)
                whole.append({"caption": text, "facts": facts.record()})
                words = text.split()
                kept = [word for word in words if rng.random() > 0.15]
                if rng.random() < 0.4:
                    at = int(rng.integers(len(kept)))
                    kept = kept[at:] + kept[:at]
                mangled = " ".join(kept).replace("e", "E") if rng.random() < 0.1 else " ".join(kept)
                damaged.append({"caption": mangled, "reading": reading_record(parser(mangled))})
    Path(out).write_text(json.dumps({"whole": whole[:160], "damaged": damaged[:160]}, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
