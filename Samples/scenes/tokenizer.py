"""python tokenizer.py OUT.model: trains the SentencePiece model, as LLaMA's: BPE, byte fallback, identity normalisation."""

import io
import sys

import numpy as np
import sentencepiece

from captions import caption
from clip import Clip
from things import spread
from prompts import CLIP, PICTURE, pieces

PIECES = 1000


def corpus():
    """Captions of clips that nothing is trained or judged on, and the prompts often enough to become whole words."""
    rng = np.random.default_rng(3)
    for seed in range(500_000, 500_400):
        clip = Clip(seed)
        for index in range(len(clip.things)):
            frames = clip.seen_frames(index)
            for sampled in ([frames[i] for i in spread(len(frames))], frames[-1:]):
                yield from (caption(clip.facts(index, sampled), rng) for _ in range(3))
    for query in (PICTURE, CLIP):
        for piece in pieces(query):
            yield from [piece.replace("\n", " ").strip()] * 300


def main(out):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=model,
        model_type="bpe",
        vocab_size=PIECES,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        split_digits=True,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        character_coverage=1.0,
        num_threads=1,
        minloglevel=1,
    )
    with open(out, "wb") as file:
        file.write(model.getvalue())


if __name__ == "__main__":
    main(sys.argv[1])
