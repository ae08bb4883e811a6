"""Ratios of damvideo's speed to llama.cpp's, for reading a prompt and for decoding, from the reports of both.

    damvideo bench --synthetic dam-3b --weights q8 --stage prefill --stage decode-200 --stage decode-1800 --json > report.json
    llama-bench -m llama-3b.gguf -t 2 -p 1625 -n 0 -o json > prefill.json
    llama-bench -m llama-3b.gguf -t 2 -p 0 -n 16 -d 200,1800 -o json > decode.json
    python bench_llamacpp.py report.json prefill.json decode.json

llama.cpp's model has to have the shapes of DAM's language model (LLaMA, for DAM-3B 32 layers of 2,560, 20 heads, 6,912
between, 32,000 tokens); its speed does not depend on the numbers in it. This script runs neither program.
"""

import argparse
import json
from pathlib import Path


def stage(entry):
    """The stage of `damvideo bench` that an entry of llama-bench measures; None for another."""
    if entry["n_gen"] == 0:
        return "prefill"
    return f"decode-{entry.get('n_depth', 0)}" if entry["n_prompt"] == 0 else None


def rows(report, entries):
    """Stage, llama.cpp's type and rate, damvideo's rate, both in tokens a second."""
    ours = {found["name"]: found for found in report["stages"]}
    for entry in entries:
        name = stage(entry)
        if name not in ours:
            continue
        if name == "prefill" and entry["n_prompt"] != ours[name]["count"]:
            raise SystemExit(f"prefill: found {entry['n_prompt']} tokens of llama.cpp, expected {ours[name]['count']}")
        yield name, entry["model_type"], entry["avg_ts"], ours[name]["count"] / ours[name]["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, help="what `damvideo bench --json` printed")
    parser.add_argument("theirs", type=Path, nargs="+", help="what `llama-bench -o json` printed")
    options = parser.parse_args()
    report = json.loads(options.report.read_text())
    entries = [entry for path in options.theirs for entry in json.loads(path.read_text())]
    both = list(rows(report, entries))
    if not both:
        raise SystemExit(f"{options.report}: found no stage that llama-bench measured too, expected prefill, decode-200 or decode-1800")
    print(f"{'stage':<14}{'llama.cpp':<28}{'tokens/s':>10}{'damvideo':>10}{'ratio':>8}")
    for name, kind, theirs, mine in both:
        print(f"{name:<14}{kind:<28}{theirs:>10.2f}{mine:>10.2f}{mine / theirs:>8.2f}")


if __name__ == "__main__":
    main()
