#!/usr/bin/env python3
"""Writes a small SigLIP with random weights and what transformers makes of it: `model/` and `expected.json` beside this script.

    make_siglip.py        needs torch, transformers, sentencepiece, numpy

The vocabulary is trained on the sentences below. Pictures are formulas, which the test computes as well: no picture file is needed.
"""

import io
import json
import pathlib
import shutil

import numpy
import sentencepiece
import torch
import transformers

HERE = pathlib.Path(__file__).parent
SIDE, PATCH = 28, 7
TEXTS = [
    "A red car, with two doors.", "a red car with two doors", "The dog's ears are brown!", "Two people walk past a shop window; it is late",
    "", "Zebra \u2603 caf\u00e9", "  several   blanks  ",
    "A person in a green jacket stands beside a lamp post and looks at the grey truck on the left.", "x",
]
CORPUS = TEXTS + [
    "A small grey suitcase lies on the right.", "A blue and white boat moves to the left.", "A tree stands near the red bench.",
    "A person with a yellow coat walks to the right.", "The truck has a pink box and a red cab.", "A black cat sits on a wall in the sun.",
    "Green leaves and brown stems of a plant.", "An old wooden chair without arms.", "A bicycle with thin wheels is parked here.",
]


def pixels(number):
    """A picture of SIDE by SIDE pixels, [row, column, channel]."""
    row, column, channel = numpy.meshgrid(range(SIDE), range(SIDE), range(3), indexing="ij")
    return ((row * 7 + column * (3 + number) + channel * 50 + number * 31) % 256).astype(numpy.uint8)


def main():
    folder = HERE / "model"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    model_bytes = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text.lower() for text in CORPUS if text] * 20), model_writer=model_bytes, model_type="unigram",
        vocab_size=100, unk_id=2, bos_id=-1, eos_id=1, pad_id=0, normalization_rule_name="nmt_nfkc", character_coverage=1.0,
        num_threads=1)
    (folder / "spiece.model").write_bytes(model_bytes.getvalue())
    tokenizer = transformers.SiglipTokenizer(str(folder / "spiece.model"))
    common = dict(hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3)
    configuration = transformers.SiglipConfig(
        text_config=dict(common, vocab_size=100, max_position_embeddings=16, projection_size=24),
        vision_config=dict(common, image_size=SIDE, patch_size=PATCH))
    torch.manual_seed(5)
    model = transformers.SiglipModel(configuration).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.copy_(
                torch.randn_like(value) * (0.3 if value.dim() > 1 else 0.1)
                + (1 if "norm" in name and name.endswith("weight") else 0))
        model.logit_scale.fill_(2.0)
        model.logit_bias.fill_(-1.5)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 3, "rescale_factor": 1 / 255,
        "size": {"height": SIDE, "width": SIDE}}, indent=1) + "\n")
    ids = [tokenizer(text, padding="max_length", truncation=True, max_length=16)["input_ids"] for text in TEXTS]
    pictures = torch.tensor(numpy.stack([pixels(number) for number in range(2)])).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        out = model(input_ids=torch.tensor(ids), pixel_values=(pictures - 0.5) / 0.5)
    cosine = out.image_embeds @ out.text_embeds.T
    expected = {
        "texts": TEXTS, "ids": ids, "text_embeds": out.text_embeds.tolist(), "image_embeds": out.image_embeds.tolist(),
        "cosine": cosine.tolist(), "probability": torch.sigmoid(out.logits_per_image).tolist(),
        "transformers": transformers.__version__,
    }
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


main()
