"""Seconds PyTorch takes, in single precision, for what DAM does with one track: the yardstick for the Swift package.

    python bench_pytorch.py CHECKPOINT [--threads 2] [--attention eager|sdpa]

CHECKPOINT as made by Fixtures/make_random_checkpoint.py. Needs 16 GB of memory for a 3B checkpoint. Set up as in Fixtures/README.md.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import torch

GOLDENS = Path(__file__).resolve().parent / "Fixtures" / "goldens"
sys.path.insert(0, str(GOLDENS))
from dam_reference import DescribeAnything  # noqa: E402
from transformers import DynamicCache  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("checkpoint", type=Path)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--attention", choices=["eager", "sdpa"], default="eager", help="of the language model")
parser.add_argument("--tokens", type=int, default=10)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.set_grad_enabled(False)


def timed(what, action):
    start, used = time.perf_counter(), time.process_time()
    result = action()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    # Well below threads x seconds of CPU means that the machine was busy with something else.
    print(f"{what}: {seconds:.2f} s, {used:.2f} s of CPU", flush=True)
    return result, seconds


model, _ = timed("load, as float32", lambda: DescribeAnything(options.checkpoint, options.attention))
media = GOLDENS / "dam-a" / "media"
pixels, _ = timed("prepare a frame", lambda: model.pixels([media / "vtest_00.png"], [media / "vtest_00_mask.png"], "full+focal_crop"))
for _ in range(2):
    (_, _, image_tokens), _ = timed("encode a frame (full, then crop with context; projector)", lambda: model.encode(pixels))

query = "Video: " + "<image>" * 8 + "\nGiven the video in the form of a sequence of frames above, describe the object in the masked region in the video in detail."
embeds = model.embed(model.input_ids(model.prompt(query)), image_tokens.expand(8, -1, -1))
count = embeds.shape[1]
cache = DynamicCache()
out, seconds = timed(f"prefill {count} tokens", lambda: model.llm(inputs_embeds=embeds, past_key_values=cache, num_logits_to_keep=1))
print(f"  {count / seconds:.1f} tokens/s")


def decode():
    logits = out.logits
    for _ in range(options.tokens):
        logits = model.llm(input_ids=logits[:, -1].argmax(-1)[None], past_key_values=cache).logits


_, seconds = timed(f"decode {options.tokens} tokens", decode)
print(f"  {options.tokens / seconds:.2f} tokens/s")
print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB, {options.threads} threads")
