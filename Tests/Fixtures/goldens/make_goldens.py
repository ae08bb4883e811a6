"""Computes and checks golden sets: folders with model/, media/, expected.json and expected.safetensors (see README.md).

    python make_goldens.py check dam-a dam-b     recompute every case, compare with the expected files; exit 1 on a miss
    python make_goldens.py make dam-c            (re)write a whole set as golden_sets.py defines it
"""

import argparse
import json
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers.utils import logging

import golden_sets
from dam_reference import DescribeAnything, probabilities, read_json

# Bars of check. pixels: the bytes behind them are equal. Tensors: difference relative to the largest magnitude.
PIXEL_BAR, TENSOR_BAR = 1e-6, 1e-5


def compute(model, folder, case, probs=()):
    """One case -> (entry of expected.json, {tensor name: tensor}). `case` names the inputs and the generations wanted."""
    media = folder / "media"
    pixels = model.pixels([media / f for f in case["images"]], [media / f for f in case["masks"]], case["crop"])
    context, region, image_tokens = model.encode(pixels)
    prompt = model.prompt(case["query"])
    ids = model.input_ids(prompt)
    embeds = model.embed(ids, image_tokens)
    logits = model.logits(embeds)

    entry = {key: case[key] for key in ("name", "images", "masks", "crop", "query")}
    entry |= {"prompt": prompt, "input_ids": ids, "prefill_tokens": embeds.shape[1]}
    for kind in [k for k in case if k == "greedy" or re.fullmatch(r"beam\d+", k)]:
        limit = case[kind]["max_new_tokens"]
        beams = 1 if kind == "greedy" else int(kind[4:])
        new, text, margins = model.generate(embeds, limit, beams)
        entry[kind] = {"max_new_tokens": limit, "ids": new, "text": text}
        if margins is not None:
            entry[kind]["margins"] = margins

    tensors = {
        "pixels": pixels,
        "context_features": context,
        "region_features": region,
        "image_tokens": image_tokens,
        "prefill_logits": logits,
    }
    for temperature, top_p in probs:
        tensors[f"probs_t{temperature}_p{top_p}"] = probabilities(logits, temperature, top_p)
    return entry, {f"{case['name']}.{name}": tensor for name, tensor in tensors.items()}


def check(folder):
    """Prints every difference between the expected files and what this code computes; True when none misses its bar."""
    model = DescribeAnything(folder / "model")
    expected = load_file(folder / "expected.safetensors")
    seen, passed = set(), True

    def report(ok, line):
        nonlocal passed
        passed &= ok
        print(f"  {'ok  ' if ok else 'MISS'} {line}")

    print(folder)
    for case in read_json(folder / "expected.json"):
        name = case["name"]
        probs = [m.groups() for m in (re.fullmatch(re.escape(name) + r"\.probs_t(.+)_p(.+)", key) for key in expected) if m]
        entry, tensors = compute(model, folder, case, [(float(t), float(p)) for t, p in probs])
        for key, found in tensors.items():
            if key not in expected:
                print(f"  --   {key}: not in the file")
                continue
            seen.add(key)
            wanted = expected[key]
            if wanted.shape != found.shape:
                report(False, f"{key}: shape {list(found.shape)}, expected {list(wanted.shape)}")
                continue
            pixels = key.endswith(".pixels")
            difference = (wanted - found).abs().max().item() / (1 if pixels else wanted.abs().max().item())
            report(difference <= (PIXEL_BAR if pixels else TENSOR_BAR), f"{key}: {difference:.2e}")
        for key, wanted in case.items():
            found = entry.get(key)
            if not isinstance(wanted, dict):
                report(found == wanted, f"{name}.{key}")
                continue
            for part, value in wanted.items():
                if part == "margins":
                    worst = max((abs(a - b) for a, b in zip(value, found[part])), default=0)
                    report(len(value) == len(found[part]) and worst < 1e-3, f"{name}.{key}.margins: {worst:.1e}")
                else:
                    report(found[part] == value, f"{name}.{key}.{part}")
    report(not set(expected) - seen, f"tensors nothing was computed for: {sorted(set(expected) - seen)}")
    return passed


def make(folder):
    """Model, media and expected files of a set of golden_sets.py."""
    plan = golden_sets.build(folder)
    model = DescribeAnything(folder / "model")
    entries, stored = [], {}
    for case in plan:
        entry, tensors = compute(model, folder, case, case.get("probs", []))
        entries.append(entry)
        leave_out = case.get("leave_out", [])  # tensors too large to keep in the repository
        stored |= {k: t.contiguous().clone() for k, t in tensors.items() if k.rsplit(".", 1)[1] not in leave_out}
    (folder / "expected.json").write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    save_file(dict(sorted(stored.items())), folder / "expected.safetensors")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "make"])
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(1)
    results = [(check if options.action == "check" else make)(folder) for folder in options.folders]
    sys.exit(0 if all(result is not False for result in results) else 1)
