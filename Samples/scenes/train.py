"""Trains the sample model on prepared shards; stopped at any time, the same command goes on.

    python train.py views    DATA RUN --steps 4000   full views alone: what stands where
    python train.py vision   DATA RUN --steps 6000   single frames through the vision side, led by classifiers (guides.py)
    python train.py language DATA RUN --steps 8000   captions of pictures and clips on image tokens, the vision side at rest
    python train.py joint    DATA RUN --steps 4000   everything at once

Shards 0 to 499 are trained on, 900 and up are held out. One thread unless --threads says otherwise: more pay only on a machine
with nothing else to do (and OMP_WAIT_POLICY=passive keeps threads from spinning).
"""

import argparse
import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F

from captions import caption
from dataset import Dataset, Views, mirrored
from judge import judge
import pseudo
from prompts import CLIP, PICTURE, prompt_ids
from run import Run

# Shards by number. Those between are kept for other uses (README.md).
TRAINED, HELD_OUT = range(500), range(900, 1000)
LONGEST = 96  # tokens of a caption


def whole_shards(folder, wanted):
    return {int(p.name) for p in Path(folder).glob("[0-9]*") if (p / "tracks.json").exists()} & set(wanted)


def pictures(data):
    """(track, frame) of everything single frames are asked about."""
    return [(t, i) for t in data.tracks for i, facts in enumerate(t.pictures) if facts is not None]


def loop(run, stage, options, loss_of, look):
    """Steps of a stage until it has had them all.

    loss_of(): a batch's loss, and lists of figures by name, whose means are logged. look(): what held-out tracks show.
    """
    figures = defaultdict(list)
    while (step := run.steps.get(stage, 0) + 1) <= options.steps:
        loss, seen = loss_of()
        run.step(loss, stage, options.steps)
        for name, values in seen.items():
            figures[name] += values
        if step % 100 == 0:
            run.log(stage=stage, step=step, **{name: float(np.mean(values)) for name, values in figures.items()})
            figures.clear()
        if step % options.judge == 0:
            run.log(stage=stage, step=step, held_out=look())
    run.save()


# --------------------------------------------------------------------------------------------------------------- views


class ViewLoss:
    """Of full views on their own; the other stages go on with some of them, for scenes there are many more of than clips."""

    def __init__(self, run, folder, stage, count):
        self.run, self.count, self.rng = run, count, random.Random(run.steps.get(stage, 0))
        self.views = Views(folder, TRAINED)

    def __call__(self):
        if not self.count or not self.views.full:
            return torch.zeros(())
        choices = [(self.rng.randrange(len(self.views.full)), self.rng.random() < 0.5) for _ in range(self.count)]
        full, surroundings = self.views.batch(choices)
        return self.run.guides.map.loss(self.run.model.vision(full), surroundings)


def train_views(run, folder, options):
    view_loss, held_out = ViewLoss(run, folder, "views", options.batch), Views(folder, HELD_OUT)
    if not view_loss.views.full or not held_out.full:
        raise SystemExit(f"{folder}: no full views of their own to train on and to hold out; prepare.py --views makes them")

    def loss_of():
        loss = view_loss()
        return loss, {"loss": [loss.item()]}

    loop(run, "views", options, loss_of, lambda: views_accuracy(run, held_out))


@torch.no_grad()
def views_accuracy(run, views):
    """Of what stands in held-out views: the share named rightly where it stands."""
    right = []
    for start in range(0, len(views.full), 64):
        full, surroundings = views.batch([(i, False) for i in range(start, min(start + 64, len(views.full)))])
        right += run.guides.map.named(run.averaged.vision(full), surroundings)
    return {"named": round(float(np.mean(right)), 4)}


# -------------------------------------------------------------------------------------------------------------- vision


def train_vision(run, folder, options):
    rng = random.Random(run.steps.get("vision", 0))
    data, held_out = Dataset(folder, whole_shards(folder, TRAINED)), Dataset(folder, whole_shards(folder, HELD_OUT))
    choices, view_loss = pictures(data), ViewLoss(run, folder, "vision", options.views)

    def loss_of():
        batch = [(*choice, rng.random() < 0.5) for choice in rng.sample(choices, options.batch)]
        full, crop = data.batch(batch)
        loss, right, off = run.guides.loss(full, *run.model.views(full, crop), batch)
        seen = {name: values.tolist() for name, values in right.items()}
        return loss + view_loss(), seen | {"loss": [loss.item()], "box": [off[:, :2].mean().item()]}

    loop(run, "vision", options, loss_of, lambda: vision_accuracy(run, held_out))


@torch.no_grad()
def vision_accuracy(run, data, count=1024):
    """Shares right by head, and how far boxes' centres are off, over some held-out pictures."""
    choices = random.Random(1).sample(pictures(data), min(count, len(pictures(data))))
    sums = defaultdict(list)
    for start in range(0, len(choices), 64):
        batch = [(*choice, False) for choice in choices[start : start + 64]]
        full, crop = data.batch(batch)
        _, right, off = run.guides.loss(full, *run.averaged.views(full, crop), batch)
        for name, values in right.items():
            sums[name] += values.tolist()
        sums["box"] += off[:, :2].mean(1).tolist()
    return {name: round(float(np.mean(values)), 4) for name, values in sums.items()}


# ------------------------------------------------------------------------------------------------------------ captions


class CaptionStage:
    """What the two stages with captions share: data, tokenizer, and drawing what is said of a batch."""

    def __init__(self, run, stage, folder, options):
        done = run.steps.get(stage, 0)
        self.run = run
        self.model, self.rng, self.writer_rng = run.model, random.Random(done), np.random.default_rng(done)
        self.tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(options.tokenizer))
        self.prompts = {True: prompt_ids(self.tokenizer, CLIP), False: prompt_ids(self.tokenizer, PICTURE)}
        self.data = Dataset(folder, whole_shards(folder, TRAINED))
        self.held_out = Dataset(folder, whole_shards(folder, HELD_OUT))
        self.clips = options.clips

    def draw(self, items, count):
        """Some of the items, each with whether it is mirrored."""
        return [(item, self.rng.random() < 0.5) for item in self.rng.sample(items, count)]

    def loss(self, image_tokens, all_facts, is_clip):
        """Of a fresh caption of each facts record. image_tokens: [captions, tokens, width]."""
        texts = [caption(facts, self.writer_rng) for facts in all_facts]
        loss, hidden = self.text_loss(image_tokens, texts, is_clip)
        return loss, self.run.guides.summary.loss(hidden, all_facts)

    def text_loss(self, image_tokens, texts, is_clip):
        """Loss of given captions, and the hidden state in front of each, [captions, width]."""
        prefix, suffix = self.prompts[is_clip]
        answers = [self.tokenizer.encode(text)[: LONGEST - 1] + [2] for text in texts]
        ids = torch.zeros(len(answers), len(suffix) + max(map(len, answers)), dtype=torch.long)
        labels = torch.full_like(ids, -100)
        for row, answer in enumerate(answers):
            ids[row, : len(suffix) + len(answer)] = torch.tensor(suffix + answer)
            labels[row, len(suffix) - 1 : len(suffix) - 1 + len(answer)] = torch.tensor(answer)
        hidden, counts = self.model.hidden(torch.tensor(prefix), image_tokens, ids), labels != -100
        return F.cross_entropy(self.model.llm.lm_head(hidden[counts]), labels[counts]), hidden[:, len(suffix) - 1]


@torch.no_grad()
def cached_tokens(model, data, tracks, flips=(False, True)):
    """Image tokens of the tracks' frames, float16 [tracks, flips, frames, tokens, width]."""
    sizes = model.sizes
    cache = torch.empty(len(tracks), len(flips), 8, sizes.frame_tokens, sizes.language_width, dtype=torch.float16)
    for row, track in enumerate(tracks):
        batch = [(track, i, flip) for flip in flips for i in range(8)]
        cache[row] = model.image_tokens(*data.batch(batch)).view(cache.shape[1:]).half()
    return cache


def losses(is_clip, loss, summary):
    kind = "clips" if is_clip else "pictures"
    return {kind: [loss.item()], f"{kind}_summary": [summary.item()]}


def said(facts, flip):
    return mirrored(facts) if flip else facts


def train_language(run, folder, options):
    stage = CaptionStage(run, "language", folder, options)
    tracks = stage.data.tracks
    if options.tracks:
        tracks = random.Random(run.steps.get("language", 0)).sample(tracks, min(options.tracks, len(tracks)))
    # The vision side rests, at its average.
    for part in ("vision", "provider", "projector"):
        getattr(run.model, part).load_state_dict(getattr(run.averaged, part).state_dict())
    cache = cached_tokens(run.averaged, stage.data, tracks)
    held_out_cache = cached_tokens(run.averaged, stage.held_out, stage.held_out.tracks, (False,))
    rows, asked = range(len(tracks)), [(row, i) for row, t in enumerate(tracks) for i, p in enumerate(t.pictures) if p]

    def loss_of():
        is_clip = stage.rng.random() < stage.clips
        if is_clip:
            chosen = stage.draw(rows, options.batch)
            image_tokens = torch.stack([cache[row, int(flip)].flatten(0, 1) for row, flip in chosen])
            all_facts = [said(tracks[row].told, flip) for row, flip in chosen]
        else:
            chosen = stage.draw(asked, options.batch)
            image_tokens = torch.stack([cache[row, int(flip), i] for (row, i), flip in chosen])
            all_facts = [said(tracks[row].told_pictures[i], flip) for (row, i), flip in chosen]
        loss, summary = stage.loss(image_tokens.float(), all_facts, is_clip)
        return loss + 0.2 * summary, losses(is_clip, loss, summary)

    loop(run, "language", options, loss_of, lambda: judge(run.averaged, stage.tokenizer, stage.held_out, held_out_cache))


def train_joint(run, folder, options):
    stage = CaptionStage(run, "joint", folder, options)
    choices, view_loss = pictures(stage.data), ViewLoss(run, folder, "joint", options.views)
    told = pseudo.read(options.captions)
    unlabelled = [track for track in stage.data.blind if (track.seed, track.thing) in told]
    if told and not unlabelled:
        raise SystemExit(f"{options.captions[0]}: found no caption of an unlabelled track of {folder}, expected some")

    def pseudo_loss():
        """Loss of captions that a model made: no guides and no summary, which need facts."""
        chosen = stage.draw(unlabelled, min(len(unlabelled), max(1, options.batch // 8)))
        texts = [told[track.seed, track.thing] for track, _ in chosen]
        texts = [pseudo.mirrored(text) if flip else text for text, (_, flip) in zip(texts, chosen)]
        _, frames = run.model.views(*stage.data.batch([(track, i, flip) for track, flip in chosen for i in range(8)]))
        loss, _ = stage.text_loss(frames.view(len(texts), -1, frames.shape[-1]), texts, True)
        return loss + 0.3 * view_loss(), {"pseudo": [loss.item()]}

    def loss_of():
        is_clip = stage.rng.random() < stage.clips
        if is_clip and unlabelled and stage.rng.random() < options.caption_share:
            return pseudo_loss()
        if is_clip:  # as many frames in a batch either way
            chosen = stage.draw(stage.data.tracks, max(1, options.batch // 8))
            batch = [(track, i, flip) for track, flip in chosen for i in range(8)]
            all_facts = [said(track.told, flip) for track, flip in chosen]
        else:
            batch = [(*choice, flip) for choice, flip in stage.draw(choices, options.batch)]
            all_facts = [said(track.told_pictures[i], flip) for track, i, flip in batch]
        full, crop = stage.data.batch(batch)
        context, frames = run.model.views(full, crop)
        guided, _, _ = run.guides.loss(full, context, frames, batch)
        loss, summary = stage.loss(frames.view(len(all_facts), -1, frames.shape[-1]), all_facts, is_clip)
        return loss + 0.2 * summary + 0.3 * (guided + view_loss()), losses(is_clip, loss, summary)

    def look():
        cache = cached_tokens(run.averaged, stage.held_out, stage.held_out.tracks, (False,))
        return judge(run.averaged, stage.tokenizer, stage.held_out, cache)

    loop(run, "joint", options, loss_of, look)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = {"views": train_views, "vision": train_vision, "language": train_language, "joint": train_joint}
    parser.add_argument("stage", choices=stages)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, required=True, help="of this stage, in all; its rate falls over the last fifth")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--clips", type=float, default=0.6, help="share of the batches that are clips (language, joint)")
    parser.add_argument("--views", type=int, default=32, help="full views on their own beside each batch (vision, joint)")
    parser.add_argument("--tracks", type=int, help="language: of so many tracks, drawn anew at each start; default all")
    parser.add_argument("--captions", nargs="*", default=[], help="joint: records of damvideo sdp, captions of unlabelled clips")
    parser.add_argument("--caption-share", type=float, default=0.5, help="joint: share of the clip batches that are of those")
    parser.add_argument("--judge", type=int, default=1000, help="steps between two looks at the held-out shards")
    parser.add_argument("--tokenizer", type=Path, help="default: RUN/tokenizer.model")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.tokenizer = options.tokenizer or options.run / "tokenizer.model"
    torch.set_num_threads(options.threads)
    stages[options.stage](Run(options.run, options.rate), options.data, options)


if __name__ == "__main__":
    main()
