"""How many facts of held-out tracks a model's captions get right; the training-side twin of `damvideo evaluate scenes`."""

from collections import defaultdict

import torch

from parse import Parser
from prompts import CLIP, PICTURE, prompt_ids


def marks(reading, facts):
    """(subject, right) of every fact that is settled."""
    yield "class", reading.name == facts.name
    for index, colour in enumerate(facts.colours):
        yield "colour", reading.colours[index : index + 1] == (colour,)
    if facts.direction:
        yield "direction", reading.direction == facts.direction
    if facts.behaviour:
        yield "behaviour", reading.behaviour == facts.behaviour
    yield "place", reading.scene == facts.scene
    if facts.side:
        yield "place", reading.side == facts.side
    if facts.size:
        yield "size", reading.size == facts.size
    if facts.relation:
        yield "relation", reading.relation == facts.relation


def judge(model, tokenizer, data, cache, limit=240):
    """Shares right by subject, of clips and of pictures. cache: [tracks, 1, frames, tokens, width]."""
    rows = range(0, len(data.tracks), max(1, len(data.tracks) // limit))
    result = {}
    for kind, query in (("clips", CLIP), ("pictures", PICTURE)):
        prefix, suffix = (torch.tensor(ids) for ids in prompt_ids(tokenizer, query))
        asked = []
        for row in rows:
            track = data.tracks[row]
            if kind == "clips":
                asked.append((cache[row, 0].flatten(0, 1), track.facts, track.present))
            else:
                index = next(i for i in (3, 7, 0, 1, 2, 4, 5, 6) if track.pictures[i])
                asked.append((cache[row, 0, index], track.pictures[index], track.present))
        right, invented = defaultdict(list), []
        for start in range(0, len(asked), 48):
            part = asked[start : start + 48]
            answers = model.generate(prefix, torch.stack([tokens for tokens, _, _ in part]).float(), suffix, 90)
            for ids, (_, facts, present) in zip(answers, part):
                reading = Parser()(tokenizer.decode(ids))
                for subject, is_right in marks(reading, facts):
                    right[subject].append(is_right)
                invented.append(not reading.mentions <= present)
        result[kind] = {subject: round(sum(v) / len(v), 3) for subject, v in right.items()}
        result[kind]["invented"] = round(sum(invented) / len(invented), 3)
    return result
