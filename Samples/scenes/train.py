"""Trains the sample model on prepared shards; stopped at any time, the same command goes on.

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
from dataset import Dataset, mirrored
from guides import stacked
from judge import judge
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


# -------------------------------------------------------------------------------------------------------------- vision


def train_vision(run, folder, options):
    rng = random.Random(run.steps.get("vision", 0))
    held_out = Dataset(folder, whole_shards(folder, HELD_OUT))
    known, data, choices = set(), None, None
    sums = defaultdict(list)
    while (done := run.steps.get("vision", 0)) < options.steps:
        if done % 500 == 0 or data is None:  # shards may have been added meanwhile
            shards = whole_shards(folder, TRAINED)
            if shards != known:
                known, data = shards, Dataset(folder, shards)
                choices = pictures(data)
        batch = [(*choice, rng.random() < 0.5) for choice in rng.sample(choices, options.batch)]
        image_tokens = run.model.image_tokens(*data.batch(batch))
        loss, right, off = run.guides.loss(image_tokens, *stacked(batch))
        run.step(loss, "vision", options.steps)
        sums["loss"].append(loss.item())
        sums["box"].append(off[:, :2].mean().item())
        for name, values in right.items():
            sums[name] += values.tolist()
        if (done + 1) % 100 == 0:
            run.log(stage="vision", step=done + 1, pictures=len(choices), **{k: float(np.mean(v)) for k, v in sums.items()})
            sums.clear()
        if (done + 1) % options.judge == 0:
            run.log(stage="vision", step=done + 1, held_out=vision_accuracy(run, held_out))
    run.save()


@torch.no_grad()
def vision_accuracy(run, data, count=1024):
    choices = random.Random(1).sample(pictures(data), min(count, len(pictures(data))))
    sums = defaultdict(list)
    for start in range(0, len(choices), 64):
        batch = [(*choice, False) for choice in choices[start : start + 64]]
        _, right, off = run.guides.loss(run.averaged.image_tokens(*data.batch(batch)), *stacked(batch))
        for name, values in right.items():
            sums[name] += values.tolist()
        sums["box"] += off[:, :2].mean(1).tolist()
    return {k: round(float(np.mean(v)), 4) for k, v in sums.items()}


# ------------------------------------------------------------------------------------------------------------ captions


class Captioner:
    """Turns facts into the ids a language model is trained on."""

    def __init__(self, tokenizer, rng):
        self.tokenizer, self.rng = tokenizer, rng
        self.prompts = {True: prompt_ids(tokenizer, CLIP), False: prompt_ids(tokenizer, PICTURE)}

    def sample(self, all_facts, is_clip):
        """(prefix, ids, labels): the rest of the prompt with a fresh caption, and where it counts."""
        prefix, suffix = self.prompts[is_clip]
        answers = [self.tokenizer.encode(caption(facts, self.rng))[: LONGEST - 1] + [2] for facts in all_facts]
        longest = max(map(len, answers))
        ids = torch.zeros(len(answers), len(suffix) + longest, dtype=torch.long)
        labels = torch.full_like(ids, -100)
        for row, answer in enumerate(answers):
            ids[row, : len(suffix) + len(answer)] = torch.tensor(suffix + answer)
            labels[row, len(suffix) - 1 : len(suffix) - 1 + len(answer)] = torch.tensor(answer)
        return torch.tensor(prefix), ids, labels


def caption_loss(model, image_tokens, prefix, ids, labels):
    hidden = model.hidden(prefix, image_tokens, ids)
    counts = labels != -100
    return F.cross_entropy(model.llm.lm_head(hidden[counts]), labels[counts])


@torch.no_grad()
def cached_tokens(model, data, flips=(False, True)):
    """Image tokens of each track's frames, float16 [tracks, flips, frames, tokens, width]."""
    sizes = model.sizes
    cache = torch.empty(len(data.tracks), len(flips), 8, sizes.frame_tokens, sizes.language_width, dtype=torch.float16)
    for row, track in enumerate(data.tracks):
        batch = [(track, i, flip) for flip in flips for i in range(8)]
        cache[row] = model.image_tokens(*data.batch(batch)).view(cache.shape[1:]).half()
    return cache


def train_language(run, folder, options):
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(options.tokenizer))
    done = run.steps.get("language", 0)
    rng, captioner = random.Random(done), Captioner(tokenizer, np.random.default_rng(done))
    data = Dataset(folder, whole_shards(folder, TRAINED))
    held_out = Dataset(folder, whole_shards(folder, HELD_OUT))
    # The vision side rests, at its average; its optimiser state waits for the joint stage.
    run.model.vision.load_state_dict(run.averaged.vision.state_dict())
    run.model.provider.load_state_dict(run.averaged.provider.state_dict())
    run.model.projector.load_state_dict(run.averaged.projector.state_dict())
    cache = cached_tokens(run.averaged, data)
    held_out_cache = cached_tokens(run.averaged, held_out, flips=(False,))
    asked = [(row, i) for row, t in enumerate(data.tracks) for i, facts in enumerate(t.pictures) if facts is not None]
    run.log(stage="language", step=done, tracks=len(data.tracks), pictures=len(asked))
    losses = defaultdict(list)
    while (done := run.steps.get("language", 0)) < options.steps:
        is_clip = rng.random() < options.clips
        flips = [rng.random() < 0.5 for _ in range(options.batch)]
        if is_clip:
            rows = rng.sample(range(len(data.tracks)), options.batch)
            all_facts = [data.tracks[row].facts for row in rows]
            image_tokens = torch.stack([cache[row, int(flip)].flatten(0, 1) for row, flip in zip(rows, flips)])
        else:
            chosen = rng.sample(asked, options.batch)
            all_facts = [data.tracks[row].pictures[i] for row, i in chosen]
            image_tokens = torch.stack([cache[row, int(flip), i] for (row, i), flip in zip(chosen, flips)])
        all_facts = [mirrored(facts) if flip else facts for facts, flip in zip(all_facts, flips)]
        loss = caption_loss(run.model, image_tokens.float(), *captioner.sample(all_facts, is_clip))
        run.step(loss, "language", options.steps)
        losses["clips" if is_clip else "pictures"].append(loss.item())
        if (done + 1) % 100 == 0:
            run.log(stage="language", step=done + 1, **{k: float(np.mean(v)) for k, v in losses.items()})
            losses.clear()
        if (done + 1) % options.judge == 0:
            run.log(stage="language", step=done + 1, held_out=judge(run.averaged, tokenizer, held_out, held_out_cache))
    run.save()


def train_joint(run, folder, options):
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(options.tokenizer))
    done = run.steps.get("joint", 0)
    rng, captioner = random.Random(done), Captioner(tokenizer, np.random.default_rng(done))
    data = Dataset(folder, whole_shards(folder, TRAINED))
    held_out = Dataset(folder, whole_shards(folder, HELD_OUT))
    choices = pictures(data)
    losses = defaultdict(list)
    while (done := run.steps.get("joint", 0)) < options.steps:
        is_clip = rng.random() < options.clips
        count = max(1, options.batch // 8) if is_clip else options.batch
        if is_clip:
            chosen = [(track, rng.random() < 0.5) for track in rng.sample(data.tracks, count)]
            all_facts = [mirrored(track.facts) if flip else track.facts for track, flip in chosen]
            batch = [(track, i, flip) for track, flip in chosen for i in range(8)]
        else:
            batch = [(*choice, rng.random() < 0.5) for choice in rng.sample(choices, count)]
            all_facts = [mirrored(t.pictures[i]) if flip else t.pictures[i] for t, i, flip in batch]
        frames = run.model.image_tokens(*data.batch(batch))
        guided, _, _ = run.guides.loss(frames, *stacked(batch))
        loss = caption_loss(run.model, frames.view(count, -1, frames.shape[-1]), *captioner.sample(all_facts, is_clip))
        run.step(loss + 0.05 * guided, "joint", options.steps)
        losses["clips" if is_clip else "pictures"].append(loss.item())
        if (done + 1) % 100 == 0:
            run.log(stage="joint", step=done + 1, **{k: float(np.mean(v)) for k, v in losses.items()})
            losses.clear()
        if (done + 1) % options.judge == 0:
            cache = cached_tokens(run.averaged, held_out, flips=(False,))
            run.log(stage="joint", step=done + 1, held_out=judge(run.averaged, tokenizer, held_out, cache))
    run.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = {"vision": train_vision, "language": train_language, "joint": train_joint}
    parser.add_argument("stage", choices=stages)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--steps", type=int, required=True, help="of this stage, in all; its rate falls over the last fifth")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--clips", type=float, default=0.6, help="share of the batches that are clips (language, joint)")
    parser.add_argument("--judge", type=int, default=1000, help="steps between two looks at the held-out shards")
    parser.add_argument("--tokenizer", type=Path, help="default: RUN/tokenizer.model")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.tokenizer = options.tokenizer or options.run / "tokenizer.model"
    torch.set_num_threads(options.threads)
    stages[options.stage](Run(options.run, options.rate), options.data, options)


if __name__ == "__main__":
    main()
