"""python -m unittest: what is trained is what is generated with, samples say what their pictures show, and runs go on."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

import pseudo
import tokenizer
import train
from dataset import Dataset, Views, mirrored
from guides import HEADS, SILENT, Map, mask_shares, stacked
from model import DescribeAnything, Sizes
from optimiser import orthogonalised
from parse import Parser
from prepare import write_shard, write_views
from run import Run

SMALL = Sizes(
    vision_width=32, vision_heads=2, vision_mlp=48, language_width=32, language_heads=2, language_mlp=64, vocabulary=300
)


class TrainingTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)
        for shard in (0, 900):
            write_shard(cls.path / "data" / f"{shard:04d}", range(shard * 1000, shard * 1000 + 3))
        write_shard(cls.path / "data" / "0005", range(5000, 5003), blind=True)
        for shard in (100, 990):
            write_views(cls.path / "data" / f"{shard:04d}", range(shard * 1000, shard * 1000 + 6))
        with mock.patch.object(tokenizer, "corpus", lambda: iter(["a b c d e person walks to the left near the tree"] * 50)):
            with mock.patch.object(tokenizer, "PIECES", 300):
                tokenizer.main(str(cls.path / "tokenizer.model"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_answers_are_what_the_loss_sees(self):
        torch.manual_seed(3)
        model = DescribeAnything(SMALL).eval()
        prefix, suffix = torch.tensor([1, 5, 6, 7]), torch.tensor([8, 9])
        image_tokens = torch.randn(2, 16, SMALL.language_width)
        answers = model.generate(prefix, image_tokens, suffix, 6)
        for row, answer in enumerate(answers):
            ids = torch.cat([suffix, torch.tensor(answer)])[None]
            with torch.no_grad():
                chosen = model.llm.lm_head(model.hidden(prefix, image_tokens[row : row + 1], ids)).argmax(-1)[0]
            self.assertEqual(chosen[len(suffix) - 1 : len(suffix) - 1 + len(answer)].tolist(), answer)

    def test_updates_are_near_to_orthogonal(self):
        torch.manual_seed(5)
        for shape in ((3, 24, 24), (2, 16, 40), (2, 40, 16)):
            values = torch.linalg.svdvals(orthogonalised(torch.randn(shape)))
            self.assertTrue(((values > 0.3) & (values < 1.3)).all(), values)

    def test_a_batch_without_vehicles_has_a_loss(self):
        guide = Map(SMALL)
        context = torch.zeros(2, SMALL.grid**2, SMALL.vision_width)
        for entries in ([], [("tree", None, 0.1, 0.2, 0.3, 0.9)], [("van", "red", 0.1, 0.2, 0.3, 0.9)]):
            self.assertTrue(torch.isfinite(guide.loss(context, [(entries, False), (entries, True)])))

    def test_where_things_stand_is_mirrored_too(self):
        guide = Map(SMALL)
        entries = [("tree", None, 0.0, 0.0, 0.24, 1.0), ("van", "red", 0.5, 0.5, 0.9, 0.9)]
        standing, colours = guide.targets([(entries, False), (entries, True)])
        standing, colours = standing.view(2, SMALL.grid, SMALL.grid, -1), colours.view(2, SMALL.grid, SMALL.grid)
        self.assertTrue(torch.equal(standing[0], standing[1].flip(1)))
        self.assertTrue(torch.equal(colours[0], colours[1].flip(1)))
        self.assertGreater(int(standing.sum()), 10)

    def test_what_a_map_shows_is_named(self):
        guide = Map(SMALL)
        entries = [("tree", None, 0.0, 0.0, 0.24, 1.0), ("bench", None, 0.5, 0.5, 0.9, 0.9)]
        standing, _ = guide.targets([(entries, False)])
        guide.norm = torch.nn.Identity()
        guide.referents = torch.nn.Identity()
        self.assertEqual(guide.named(standing, [(entries, False)]), [1, 1])
        self.assertEqual(guide.named(-standing, [(entries, False)]), [0, 0])

    def test_guides_look_where_the_mask_is(self):
        full = torch.full((2, 4, SMALL.image, SMALL.image), -1.0)
        full[0, 3, 14:28, 28:49] = 1  # one patch, and half of the next
        shares = mask_shares(full, SMALL.grid)
        self.assertAlmostEqual(float(shares[0, SMALL.grid + 2]), 2 / 3, places=4)
        self.assertAlmostEqual(float(shares[0, SMALL.grid + 3]), 1 / 3, places=4)
        # Without a mask, all places alike.
        self.assertTrue(torch.allclose(shares[1], torch.full((SMALL.grid**2,), 1 / SMALL.grid**2)))

    def test_views_on_their_own_are_full_views(self):
        views, clip_views = Views(self.path / "data", {100}), Views(self.path / "data", {0})
        self.assertEqual((len(views.full), len(views.surroundings), len(clip_views.full)), (6, 6, 0))
        (plain, mirror), ((entries, _), (same, flip)) = views.batch([(2, False), (2, True)])
        self.assertTrue(torch.equal(plain, mirror.flip(-1)))
        self.assertEqual((entries, flip), (same, True))
        self.assertEqual(tuple(plain.shape), (4, 112, 112))

    def test_mirrored_samples_say_what_they_show(self):
        data = Dataset(self.path / "data", {0})
        self.assertGreater(len(data.tracks), 3)
        for track in data.tracks:
            index = next(i for i, facts in enumerate(track.pictures) if facts)
            plain, flipped = data.frame(track, index), data.frame(track, index, True)
            for one, other in zip(plain, flipped):
                self.assertTrue(np.array_equal(one, other[:, ::-1]))
            wanted, boxes = stacked([(track, index, False), (track, index, True)])
            self.assertAlmostEqual(float(boxes[0, 0] + boxes[1, 0]), 1, places=5)
            # The box is where the mask is.
            columns = np.nonzero(plain[0][..., 3].max(0) > 127)[0]
            if len(columns):
                self.assertAlmostEqual(columns.mean() / 112, float(boxes[0, 0]), delta=0.03)
            for name in HEADS:
                one, other = wanted[name].tolist()
                self.assertEqual(one, 2 - other if name == "side" and one != SILENT else other)
            self.assertEqual(mirrored(mirrored(track.facts)), track.facts)

    def captions(self, kept=True):
        """A file of records with a caption for each unlabelled track."""
        tracks = Dataset(self.path / "data", {5}).blind
        path = self.path / f"captions-{kept}.jsonl"
        records = [
            {"id": f"scenes/clips/{t.seed}/clip/{t.thing + 1}", "media": f"clips/{t.seed}/clip.mp4", "kept": kept,
             "captions": [{"text": "a b"}], "caption": "a person walks to the left"} for t in tracks
        ]
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    def test_unlabelled_shards_have_no_facts(self):
        data = Dataset(self.path / "data", {0, 5})
        self.assertGreater(len(data.blind), 3)
        self.assertTrue(all(t.facts is None and t.seed >= 5000 for t in data.blind) and all(t.seed < 5000 for t in data.tracks))
        text = (self.path / "data" / "0005" / "tracks.json").read_text(encoding="utf-8")
        self.assertFalse(any(word in text for word in ("facts", "told", "present", "surroundings")))
        self.assertEqual([view.shape for view in data.frame(data.blind[0], 7)], [(112, 112, 4)] * 2)

    def test_captions_are_joined_by_seed_and_track(self):
        tracks = Dataset(self.path / "data", {5}).blind
        self.assertEqual(pseudo.read([self.captions()]), {(t.seed, t.thing): "a person walks to the left" for t in tracks})
        self.assertEqual(pseudo.read([self.captions(kept=False)]), {})
        self.assertEqual(pseudo.mirrored("left of the leftmost, on the right"), "right of the leftmost, on the left")

    def test_true_captions_take_the_place_of_others(self):
        tracks = Dataset(self.path / "data", {0}).tracks
        lines = [
            json.dumps({"id": f"clips/{t.seed}/clip/{t.thing + 1}", "media": f"clips/{t.seed}/clip.mp4", "captions": [{"text": "a b"}]})
            for t in tracks
        ]
        records = list(pseudo.true_records([*lines, lines[0].replace(f"/{tracks[0].seed}/", "/999999/")], tracks))
        self.assertEqual([pseudo.identity(record) for record in records], [(t.seed, t.thing) for t in tracks])
        for record, track in zip(records, tracks):
            self.assertEqual(Parser()(record["caption"]).name, track.told.name)

    def test_captions_of_a_model_are_trained_on(self):
        folder, captions = self.path / "student", self.captions()
        common = ["train.py", "joint", str(self.path / "data"), str(folder), "--batch", "8", "--clips", "1", "--judge", "1000"]
        common += ["--tokenizer", str(self.path / "tokenizer.model"), "--captions", str(captions), "--caption-share", "1"]
        with mock.patch("run.Run.__init__.__defaults__", (SMALL,)):
            with mock.patch.object(sys, "argv", [*common, "--steps", "100"]):
                train.main()
        entry = json.loads((folder / "log.jsonl").read_text().splitlines()[-1])
        self.assertIn("pseudo", entry)
        self.assertNotIn("clips", entry)

    def test_a_run_that_was_stopped_goes_on(self):
        folder = self.path / "run"
        common = [str(self.path / "data"), str(folder), "--batch", "8", "--tokenizer", str(self.path / "tokenizer.model")]
        with mock.patch("run.Run.__init__.__defaults__", (SMALL,)):
            for stage, steps in (("views", 2), ("vision", 2), ("vision", 4), ("language", 2), ("joint", 2), ("joint", 3)):
                with mock.patch.object(sys, "argv", ["train.py", stage, *common, "--steps", str(steps), "--judge", str(steps)]):
                    train.main()
            run = Run(folder, 1e-3)
        self.assertEqual(run.steps, {"views": 2, "vision": 4, "language": 2, "joint": 3})
        log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        self.assertIn("named", next(entry for entry in log if entry["stage"] == "views" and "held_out" in entry)["held_out"])
        self.assertIn("name", next(entry for entry in log if entry["stage"] == "vision")["held_out"])
        self.assertEqual({"clips", "pictures"}, set(log[-1]["held_out"]))


if __name__ == "__main__":
    unittest.main()
