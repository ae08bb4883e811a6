"""python export.py RUN OUT [--dtype F16]: a run's averaged weights as a checkpoint directory in the published layout."""

import argparse
import sys
from pathlib import Path

import torch

from model import Sizes

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Fixtures"))
from make_random_checkpoint import DTYPES, published_configs, write_checkpoint  # noqa: E402


def configs(sizes, torch_dtype):
    root, vision, provider, projector, language = published_configs(torch_dtype)
    shared = {
        "hidden_size": sizes.vision_width,
        "image_size": sizes.image,
        "intermediate_size": sizes.vision_mlp,
        "num_attention_heads": sizes.vision_heads,
        "num_hidden_layers": sizes.vision_layers,
        "patch_size": sizes.patch,
    }
    language |= {
        "hidden_size": sizes.language_width,
        "intermediate_size": sizes.language_mlp,
        "max_position_embeddings": 1024,
        "num_attention_heads": sizes.language_heads,
        "num_hidden_layers": sizes.language_layers,
        "num_key_value_heads": sizes.language_heads,
        "vocab_size": sizes.vocabulary,
    }
    root |= {"hidden_size": sizes.language_width, "mm_hidden_size": sizes.vision_width}
    return root, vision | shared, provider | shared, projector, language


def published_names(weights):
    """Training names to checkpoint names; names of the four parts do not collide."""
    prefixes = {"vision.": "vision_model.", "provider.": "context_provider_module.layers.", "projector.": "", "llm.": ""}
    named = {}
    for name, tensor in weights.items():
        prefix = next(p for p in prefixes if name.startswith(p))
        named[prefixes[prefix] + name.removeprefix(prefix)] = tensor
    return named


def export(weights, sizes, tokenizer, out, dtype="F16"):
    named, used = published_names(weights), set()

    def fill(name, shape):
        # What the selected hidden state does not depend on was never trained, and is zero.
        used.add(name)
        tensor = named.get(name)
        return torch.zeros(shape) if tensor is None else tensor.reshape(shape)

    torch_dtype = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype]
    write_checkpoint(out, *configs(sizes, torch_dtype), tokenizer, [dtype] * 4, fill)
    assert not set(named) - used, f"no place for {sorted(set(named) - used)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dtype", choices=DTYPES, default="F16")
    options = parser.parse_args()
    state = torch.load(options.run / "state.pt", weights_only=True)
    export(state["averaged"], Sizes(), options.run / "tokenizer.model", options.out, options.dtype)


if __name__ == "__main__":
    main()
