"""Seconds PyTorch takes, in single precision or bfloat16, for the stages that `damvideo bench` measures, and how much faster damvideo is.

    damvideo bench --model DAM-3B --synthetic sam2.1-hiera-tiny --json > report.json
    python bench_pytorch.py report.json [--model DAM-3B]

The stages, prompt lengths, numbers of runs and threads are the report's. A captioning model is read from its directory (for
`--synthetic dam-3b` give --model: Fixtures/make_random_checkpoint.py makes one of these shapes; 16 GB of memory); SAM 2.1
needs none, as transformers makes random weights of a size itself. Both sides get random inputs of the same shapes. Without a
report, `--model` or `--sam` and `--stage` say what to measure, and there are no ratios. Set up as in Fixtures/README.md.
"""

import argparse
import json
import os
import resource
import statistics
import time
from pathlib import Path

STAGES = [
    "preprocessing", "full-view", "crop-context", "projector", "prefill", "decode-200", "decode-1800", "decode-batch", "caption",
    "sam-encoder", "sam-frame", "sam-object",
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, nargs="?", help="what `damvideo bench --json` printed")
    parser.add_argument("--model", help="checkpoint directory, where the report's model has none")
    parser.add_argument("--sam", help="size (sam2.1-hiera-tiny, ...) or directory with a config.json; default: the report's")
    parser.add_argument("--stage", action="append", choices=STAGES, help="this stage only (repeatable)")
    parser.add_argument("--repeat", type=int, help="runs of each stage; default: the report's, or 3")
    parser.add_argument("--tokens", type=int, default=120, help="of the caption, without a report")
    parser.add_argument("--threads", type=int, help="default: the report's cores, or the machine's")
    parser.add_argument("--attention", choices=["eager", "sdpa"], default="sdpa", help="PyTorch's fused attention, or a product at a time")
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32", help="of weights and activations; of SAM 2, bf16 is autocast")
    return parser.parse_args()


def main():
    options = arguments()
    report = json.loads(options.report.read_text()) if options.report else {"stages": [], "models": []}
    theirs = {stage["name"]: stage for stage in report["stages"]}
    import torch

    torch.set_num_threads(options.threads or report.get("machine", {}).get("cores") or os.cpu_count())
    torch.set_grad_enabled(False)
    names = [name for name in options.stage or (theirs or STAGES) if not theirs or name in theirs]
    captioner, segmenter = sources(options, report)
    suites = []
    if captioner:
        from bench_pytorch_dam import Stages

        suites.append(Stages(captioner, options.attention, options.dtype, theirs, options.tokens))
    if segmenter:
        from bench_pytorch_sam import Stages

        suites.append(Stages(segmenter, options.attention, options.dtype))
    print(
        f"PyTorch {torch.__version__}, {options.dtype}, {options.attention}, {torch.get_num_threads()} threads, "
        f"{torch.backends.cpu.get_cpu_capability()}")
    print(f"{'stage':<16}{'PyTorch s':>12}{'damvideo s':>12}{'ratio':>8}")
    for name in names:
        action = next((found for suite in suites if (found := suite.stage(name))), None)
        if action is None:
            print(f"{name:<16}{'no model':>12}")
            continue
        repeats = options.repeat or (len(theirs[name]["runs"]) if name in theirs else 3)
        seconds = statistics.median(timed(action) for _ in range(repeats))
        line = f"{name:<16}{seconds:>12.3g}"
        if name in theirs:
            line += f"{theirs[name]['seconds']:>12.3g}{seconds / theirs[name]['seconds']:>8.2f}"
        print(line, flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB; ratio: PyTorch's time over damvideo's")


def sources(options, report):
    """The captioning model's directory and the size or directory of SAM 2, None where there is none."""
    captioner, segmenter = options.model, options.sam
    for model in report["models"]:
        if "sam" in model["name"] or (Path(model["name"]) / "model.safetensors").exists():
            segmenter = segmenter or model["name"]
        elif not model["synthetic"]:
            captioner = captioner or model["name"]
    return captioner, segmenter


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
