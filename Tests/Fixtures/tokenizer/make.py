"""Writes the variants of the small models and expected.json beside this file; see README.md.

pip install sentencepiece==0.2.3 transformers==4.46.3 protobuf
python make.py [--cases N] [--out FILE]
"""
import argparse
import json
import os
import random
import warnings

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from transformers import LlamaTokenizer
from transformers.utils import logging

warnings.filterwarnings("ignore")
logging.set_verbosity_error()
here = os.path.dirname(os.path.abspath(__file__))
goldens = os.path.join(here, "..", "goldens")
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)


def model(name):
    result = proto.ModelProto()
    with open(os.path.join(goldens, name, "model/llm/tokenizer.model"), "rb") as file:
        result.ParseFromString(file.read())
    return result


def config(**changes):
    with open(os.path.join(goldens, "dam-a/model/llm/tokenizer_config.json")) as file:
        result = json.load(file)
    result.update(changes)
    return {key: value for key, value in result.items() if value != "absent"}


def add(spm, text, kind=NORMAL, score=0.0):
    spm.pieces.add(piece=text, type=kind, score=score)


def token(content, **flags):
    base = dict(lstrip=False, rstrip=False, single_word=False, normalized=False, special=False)
    return dict(base, content=content, **flags)


def variants():
    """Name -> (model, tokenizer_config, special_tokens_map or None)."""
    spaces = model("dam-a")
    spaces.normalizer_spec.remove_extra_whitespaces = True
    yield "spaces", spaces, config(), None

    plain = model("dam-a")
    plain.normalizer_spec.escape_whitespaces = False
    add(plain, " ", score=-1)
    add(plain, " the", score=-2)
    yield "plain-spaces", plain, config(), None

    symbols = model("dam-b")
    for index, piece in enumerate(symbols.pieces):
        if piece.type == NORMAL and index % 9 == 0:
            piece.type = UNUSED
        if piece.piece in ("the", "er", "▁a", "c"):
            piece.type = USER_DEFINED
    for text in ("<image>", "<image>s", "the▁", "é漢", "▁▁", "\n\n", "x y"):
        add(symbols, text, USER_DEFINED)
    for text in ("e\u0301", "qz"):
        add(symbols, text, CONTROL)
    for index, text in enumerate(("éa", "🚗🚗", "▁▁x", "1a", "漢漢漢")):
        add(symbols, text, NORMAL, -10.0 * index)
    yield "symbols", symbols, config(), None

    unknown = model("dam-a")
    kept = [piece for piece in unknown.pieces if piece.type != BYTE]
    del unknown.pieces[:]
    unknown.pieces.extend(kept)
    unknown.trainer_spec.byte_fallback = False
    unknown.trainer_spec.unk_surface = " ?? "
    yield "unknown", unknown, config(), None

    added = config()
    added["added_tokens_decoder"] = dict(added["added_tokens_decoder"], **{
        "640": token("<image>", special=True),
        "641": token("<im", lstrip=True),
        "642": token("[obj]", rstrip=True, special=True),
        "643": token("word", single_word=True),
        "644": token("<b>", lstrip=True, rstrip=True),
        "645": token("🚗a", single_word=True, lstrip=True, rstrip=True),
        "90": token("renamed")})
    added["additional_special_tokens"] = ["<image>", "<extra>"]
    added["pad_token"] = "<pad>"
    yield "added", model("dam-a"), added, None

    yield "no-prefix", model("dam-b"), config(add_prefix_space=False), None
    strip = {"content": "</s>", "lstrip": True, "rstrip": True, "normalized": False, "single_word": False}
    yield "map", model("dam-b"), config(added_tokens_decoder="absent", pad_token="absent"), {
        "eos_token": strip, "pad_token": "<pad>", "additional_special_tokens": ["<image>", strip]}


ALPHABETS = [
    "abcxyz theand", " ", " \u2581", "  \u2581\u2581ab", "\n\t\r\x0b\x0c \x1c\x1d\x1e\x1f\x85", "\x00\x01\x07\x7f",
    "é漢字仮名かな한국어العربيةहिन्दी", "e\u0301o\u0308a\u200d\u200b\ufeff\u2060", "🚗🚶\u200d♀️👩👧🏳️🌈🇫🇷", "\ufffd\uffff\U0010ffff\ue000\ud7ff",
    "\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000", "0123456789.,:;-_'\"<>[]/\\", "𝔘𝔫𝔦ﬁſẞİı", "AZ aThe Q",
]
WORDS = [
    "<s>", "</s>", "<unk>", "<image>", "<image>s", "<im", "[obj]", "word", "<b>", "🚗a", "<pad>", "<extra>", "renamed",
    "<0x0A>", "<0x41>", "<", "<<s>", "</", "<s", "s>", "\u2581", " \u2581 ", "\r\n", "the ", "the\u2581", " the red car", "\n\n", "x y",
    "e\u0301", "qz", "é漢", " a", "  ", "    ", "        ", "ab", "éa", "🚗🚗", "1a", "漢漢漢", " ?? ", " \u2047 ", "USER: ", " ASSISTANT:",
]


def random_text(rng):
    parts = []
    for _ in range(rng.randint(1, 8)):
        if rng.random() < 0.5:
            parts.append(rng.choice(WORDS))
        else:
            alphabet = rng.choice(ALPHABETS)
            parts.append("".join(rng.choice(alphabet) for _ in range(rng.randint(1, 6))))
    if rng.random() < 0.1:
        parts.append("".join(chr(rng.choice([rng.randrange(0x20, 0xD800), rng.randrange(0xE000, 0x110000)])) for _ in range(5)))
    return "".join(parts)


def random_ids(rng, size):
    special = [0, 1, 2] + list(range(size - 8, size))
    return [
        rng.choice(special) if draw < 0.1 else rng.randrange(3, min(size, 259)) if draw < 0.5 else rng.randrange(size)
        for draw in (rng.random() for _ in range(rng.randint(1, 12)))]


def expectation(name, path, directory, cases, rng):
    spm = sentencepiece.SentencePieceProcessor(model_file=os.path.join(path, "tokenizer.model"))
    # The published code asks for legacy=False whatever the configuration says.
    tokenizer = LlamaTokenizer.from_pretrained(path, legacy=False)
    texts, sequences = [], []
    for _ in range(cases):
        text = random_text(rng)
        ids = tokenizer(text).input_ids
        texts.append(dict(
            text=text, ids=ids, sentencepiece=spm.encode(text), decoded=tokenizer.decode(ids, skip_special_tokens=True)))
        ids = random_ids(rng, len(tokenizer))
        sequence = dict(
            ids=ids, decoded=tokenizer.decode(ids, skip_special_tokens=True), whole=tokenizer.decode(ids))
        if max(ids) < spm.get_piece_size():
            sequence["sentencepiece"] = spm.decode(ids)
        sequences.append(sequence)
    return dict(name=name, directory=directory, texts=texts, sequences=sequences)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cases", type=int, default=24)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", default=os.path.join(here, "expected.json"))
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    result = []
    for name in ("dam-a", "dam-b"):
        path = os.path.join(goldens, name, "model/llm")
        result.append(expectation(name, path, f"goldens/{name}/model/llm", options.cases, rng))
    # The real model has no configuration of its own; dam-a's names the same three special tokens.
    real = os.path.join("/tmp", "damvideo-real-tokenizer")
    os.makedirs(real, exist_ok=True)
    for source, name in (
        ("dam-a/model/llm/tokenizer_config.json", "tokenizer_config.json"), ("tokenizer/tokenizer.model", "tokenizer.model"),
    ):
        with open(os.path.join(goldens, source), "rb") as file, open(os.path.join(real, name), "wb") as copy:
            copy.write(file.read())
    result.append(expectation("real", real, "", options.cases, rng))
    for name, spm, settings, special_map in variants():
        path = os.path.join(here, name)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "tokenizer.model"), "wb") as file:
            file.write(spm.SerializeToString())
        for file_name, value in (("tokenizer_config.json", settings), ("special_tokens_map.json", special_map)):
            if value is not None:
                with open(os.path.join(path, file_name), "w") as file:
                    json.dump(value, file, indent=2, ensure_ascii=False)
        result.append(expectation(name, path, f"tokenizer/{name}", options.cases, rng))
    with open(options.out, "w") as file:
        json.dump(result, file, ensure_ascii=True, indent=0, separators=(",", ":"))


main()
