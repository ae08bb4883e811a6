"""python -m unittest: the grammar and the parser are each other's inverse, and clips are what their seeds make them."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np

from captions import caption
from clip import Clip
from things import FRAMES, spread
from facts import Facts
from intervals import ROWS, counts, shares
from parse import Parser


class ScenesTests(unittest.TestCase):
    def test_parser_inverts_the_grammar(self):
        parser, rng, seen = Parser(), np.random.default_rng(5), set()
        for seed in range(60):
            clip = Clip(seed)
            for index in range(len(clip.things)):
                frames = clip.seen_frames(index)
                for sampled in ([frames[i] for i in spread(len(frames))], [frames[-1]]):
                    facts = clip.facts(index, sampled)
                    for _ in range(6):
                        text = caption(facts, rng)
                        reading = parser(text)
                        for name in ("name", "colours", "scene", "side", "size", "direction", "behaviour", "relation"):
                            self.assertEqual(getattr(reading, name), getattr(facts, name), f"{name}: {text}")
                        self.assertLessEqual(reading.mentions, set(clip.present()), text)
                        seen.add(text)
        self.assertGreater(len(seen), 1000)

    def test_facts_survive_their_record(self):
        clip = Clip(3)
        facts = clip.facts(0, [0, FRAMES - 1])
        self.assertEqual(Facts.from_record(facts.record()), facts)

    def test_a_seed_gives_the_same_clip(self):
        first, second = Clip(11), Clip(11)
        for frame in (0, FRAMES - 1):
            one, two = first.render(frame), second.render(frame)
            self.assertTrue(np.array_equal(one.picture, two.picture) and np.array_equal(one.labels, two.labels))
            for index in range(len(first.things)):
                masks = first.mask(one.labels, index, frame), second.mask(two.labels, index, frame)
                self.assertTrue(all(m is None for m in masks) or np.array_equal(*masks))
        self.assertFalse(np.array_equal(first.render(0).picture, Clip(12).render(0).picture))

    def test_shares_are_of_the_clips_that_are_drawn(self):
        def report(right, asked, inventing):
            facts = {"class": {"right": right, "asked": asked}, "colour": {"right": asked, "asked": asked}}
            return json.dumps({"clips": {"captions": 4, "inventing": inventing, "facts": facts}}, indent=2)

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.json")
            path.write_text(report(1, 4, 1) + "\n" + report(3, 4, 0) + "\n", encoding="utf-8")
            table = counts(path)
        both, first = shares(table, np.array([[1.0, 1.0], [2.0, 0.0]]))
        self.assertEqual((both[0], both[1], both[-1]), (50, 100, 12.5))
        self.assertEqual((first[0], first[1], first[-1]), (25, 100, 25))
        self.assertAlmostEqual(both[-2], 150 / len(ROWS))


if __name__ == "__main__":
    unittest.main()
