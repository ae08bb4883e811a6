"""What the golden sets dam-c, dam-d, ... are: checkpoint configurations, seeds, media and cases.

dam-a and dam-b came with numbers of the published code; the sets here cover what those two do not, with numbers of
dam_reference.py (which reproduces dam-a and dam-b). `make_goldens.py make NAME` builds a set from here.
"""

import sys
from pathlib import Path

import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from make_random_checkpoint import published_configs, write_checkpoint  # noqa: E402

HERE = Path(__file__).resolve().parent


# --------------------------------------------------------------------------------------------------------------- media


def small(out, source, size, box=None):
    """A golden image cut to `box` and scaled down to `size`."""
    Image.open(HERE / "dam-a" / "media" / source).crop(box).resize(size, Image.LANCZOS).save(out, optimize=True)


def small_mask(out, source, size):
    Image.open(HERE / "dam-a" / "media" / source).resize(size, Image.NEAREST).save(out, optimize=True)


def rectangle(out, size, x0, y0, w, h, value=255):
    """A mask with one rectangle set; any value above 0 counts as set."""
    mask = Image.new("L", size)
    mask.paste(value, (x0, y0, x0 + w, y0 + h))
    mask.save(out, optimize=True)


# ------------------------------------------------------------------------------------------------------------- weights


def filler(seed, vision_width, language_width, tied=False, eos_scale=1.0):
    """Random weights in the manner of dam-a: layers keep the scale of what flows through them, so that every tensor
    matters, logits have a spread of about 2.5 and generations do not settle at once.

    eos_scale stretches the output row of </s>, so that random weights choose it now and then.
    """
    generator = torch.Generator().manual_seed(seed)

    def fill(name, shape):
        values = torch.empty(shape).normal_(generator=generator)
        language = name.startswith(("model.", "lm_head"))
        if "norm" in name:
            return 0.1 * values + (1 if name.endswith("weight") else 0)
        if name.endswith("_factor"):
            return 0.5 + 0.3 * values.abs()
        if name.endswith("bias"):
            return 0.1 * values
        if name.endswith("patch_embedding.weight"):
            return values / values[0].numel() ** 0.5
        if name in ("lm_head.weight", "model.embed_tokens.weight"):
            is_output = tied or name.startswith("lm_head")
            values *= 2.5 / language_width**0.5 if is_output else 1
            if is_output:
                values[2] *= eos_scale
            return values
        if tied and name.endswith("down_proj.weight"):
            # Otherwise the last token's own embedding stays on top of the residual stream and is said again for ever.
            values *= 4
        return values / (language_width if language else vision_width) ** 0.5

    return fill


# ---------------------------------------------------------------------------------------------------------------- sets


def merged(config, changes):
    """Changes laid over a configuration; a key changed to `...` is left out of the file."""
    return {k: v for k, v in (config | changes).items() if v is not ...}


def configs(dtype, root, vision, provider, projector, language):
    """The published configurations with changes laid over them."""
    base = published_configs({"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[dtype])
    # Sizes and patches of the context provider follow the tower's.
    shared = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "patch_size", "image_size")
    provider = {k: vision[k] for k in shared} | provider
    root = {"hidden_size": language["hidden_size"], "mm_hidden_size": vision["hidden_size"]} | root
    return [merged(b, c) for b, c in zip(base, (root, vision, provider, projector, language))]


def dam_c(folder):
    """BF16; tied embeddings; biases and rope scaling in the LLM; grouped queries; mlp2x_gelu; crop as context; </s>."""
    media = folder / "media"
    small(media / "coffee.png", "coffee.png", (131, 97))
    rectangle(media / "coffee_line.png", (131, 97), 110, 8, 1, 37)
    size = (160, 120)
    for i in (0, 2, 4, 6):
        small(media / f"vtest_{i:02}.png", f"vtest_{i:02}.png", size)
        small_mask(media / f"vtest_{i:02}_mask.png", f"vtest_{i:02}_mask.png", size)
    rectangle(media / "vtest_corner.png", size, 0, 0, 9, 7, value=1)

    parts = configs(
        "BF16",
        root={"num_video_frames": 4},
        vision={
            "hidden_size": 40,
            "intermediate_size": 72,
            "num_hidden_layers": 4,
            "num_attention_heads": 2,
            "patch_size": 10,
            "image_size": 60,
        },
        provider={"context_image_as_queries": True, "treat_image_as_cimage": False},
        projector={"mm_projector_type": "mlp2x_gelu"},
        language={
            "attention_bias": True,
            "head_dim": 8,
            "hidden_size": 48,
            "intermediate_size": 112,
            "num_attention_heads": 6,
            "num_hidden_layers": 3,
            "num_key_value_heads": 2,
            "rope_scaling": {"factor": 2.0, "type": "linear"},
            "tie_word_embeddings": True,
            "vocab_size": 640,
        },
    )
    tokenizer = HERE / "dam-a" / "model" / "llm" / "tokenizer.model"
    fill = filler(SEEDS["dam-c"], 40, 48, tied=True, eos_scale=1.7)
    write_checkpoint(folder / "model", *parts, tokenizer, ["BF16"] * 4, fill)

    region = "Describe what is marked in the picture, briefly."
    greedy = {"max_new_tokens": 32}
    return [
        {
            "name": "line",
            "images": ["coffee.png"],
            "masks": ["coffee_line.png"],
            "crop": "full+focal_crop",
            "query": f"<image>\n{region}",
            "greedy": greedy,
            "beam4": {"max_new_tokens": 24},
            "probs": [(0.2, 0.5), (1.0, 0.9)],
        },
        {
            "name": "corner",
            "images": ["vtest_00.png"],
            "masks": ["vtest_corner.png"],
            "crop": "full+focal_crop",
            "query": f"Image: <image>\n{region}",
            "greedy": greedy,
            "beam4": {"max_new_tokens": 24},
        },
        {
            "name": "same_views",
            "images": ["coffee.png"],
            "masks": ["coffee_line.png"],
            "crop": "full+full",
            "query": f"<image>\n{region}",
            "greedy": {"max_new_tokens": 12},
        },
        {
            "name": "video",
            "images": [f"vtest_{i:02}.png" for i in (0, 2, 4, 6)],
            "masks": [f"vtest_{i:02}_mask.png" for i in (0, 2, 4, 6)],
            "crop": "full+focal_crop",
            "query": "Video: <image><image><image><image>\nWhat does the marked object do? Answer in one sentence.",
            "greedy": greedy,
            "beam3": {"max_new_tokens": 24},
        },
    ]


def dam_d(folder):
    """F16; frames at another resolution than the tower's; token 0 dropped; no factors; one key/value head; few keys in the
    configurations; sizes the patches do not divide."""
    media = folder / "media"
    small(media / "astronaut.png", "astronaut.png", (121, 159), (60, 0, 260, 263))
    size = (121, 159)
    rectangle(media / "astronaut_line.png", size, 20, 77, 83, 1)
    rectangle(media / "astronaut_dot.png", size, 50, 40, 1, 1)
    rectangle(media / "astronaut_corner.png", size, 110, 150, 11, 9)
    size = (160, 120)
    for i in (1, 5):
        small(media / f"vtest_{i:02}.png", f"vtest_{i:02}.png", size)
        small_mask(media / f"vtest_{i:02}_mask.png", f"vtest_{i:02}_mask.png", size)

    parts = configs(
        "F16",
        root={
            "interpolate_mode": "linear",
            "mm_vision_select_feature": "patch",
            "mm_vision_select_layer": -3,
            "num_video_frames": ...,
            "vision_resolution": 84,  # 10 x 10 patches and 4 pixels over, instead of 7 x 7 and 4
        },
        vision={
            "attention_dropout": ...,
            "hidden_act": ...,
            "hidden_size": 36,
            "image_size": 60,
            "intermediate_size": 70,
            "layer_norm_eps": ...,
            "num_attention_heads": 3,
            "num_hidden_layers": 5,
            "patch_size": 8,
        },
        provider={
            "attention_dropout": ...,
            "context_image_as_queries": ...,
            "context_provider_layer_indices": ...,
            "hidden_act": ...,
            "layer_norm_eps": ...,
            "masked_cross_attn": ...,
            "residual_dropout": ...,
            "treat_image_as_cimage": ...,
            "zero_init_output": False,
        },
        projector={"mm_projector_type": "linear"},
        language={
            "attention_bias": ...,
            "head_dim": 20,
            "hidden_size": 48,
            "intermediate_size": 100,
            "num_attention_heads": 3,
            "num_hidden_layers": 3,
            "num_key_value_heads": 1,
            "rms_norm_eps": 1e-06,
            "rope_scaling": {"factor": 1.5, "rope_type": "linear"},
            "rope_theta": ...,
            "vocab_size": 700,
        },
    )
    tokenizer = HERE / "dam-b" / "model" / "llm" / "tokenizer.model"
    fill = filler(SEEDS["dam-d"], 36, 48, eos_scale=1.4)
    write_checkpoint(folder / "model", *parts, tokenizer, ["F16"] * 4, fill, shards=2)

    query = "<image>\nDescribe the masked region in detail."
    greedy = {"max_new_tokens": 20}
    return [
        {
            "name": "line",
            "images": ["astronaut.png"],
            "masks": ["astronaut_line.png"],
            "crop": "full+crop",
            "query": query,
            "greedy": greedy,
            "probs": [(0.7, 0.9)],
        },
        {
            "name": "dot",
            "images": ["astronaut.png"],
            "masks": ["astronaut_dot.png"],
            "crop": "full+context_crop",
            "query": query,
            "greedy": greedy,
        },
        {
            "name": "corner",
            "images": ["astronaut.png"],
            "masks": ["astronaut_corner.png"],
            "crop": "full+crop_mask",
            "query": "Look at this:\n<image>\nAnd tell me, please: what is it?",
            "greedy": greedy,
            "beam2": {"max_new_tokens": 20},
        },
        {
            "name": "video",
            "images": ["vtest_01.png", "vtest_05.png"],
            "masks": ["vtest_01_mask.png", "vtest_05_mask.png"],
            "crop": "full+focal_crop",
            "query": "First <image> then <image>\nWhat changed?",
            "greedy": greedy,
            "beam5": {"max_new_tokens": 16},
        },
    ]


def dam_e(folder):
    """The published grid (384 pixels, patches of 14, 27 x 27 tokens, 196 a frame) at tiny widths; F32. No pixels kept."""
    media = folder / "media"
    size = (151, 101)
    small(media / "coffee.png", "coffee.png", size)
    rectangle(media / "coffee_wide.png", size, 3, 40, 140, 33)
    parts = configs(
        "F32",
        root={"vision_resolution": -1},  # VILA's default: as trained
        vision={
            "hidden_size": 16,
            "image_size": 384,
            "intermediate_size": 32,
            "num_attention_heads": 2,
            "num_hidden_layers": 3,
            "patch_size": 14,
        },
        provider={"treat_image_as_cimage": True},
        projector={},
        language={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "num_key_value_heads": 2,
            "vocab_size": 640,
        },
    )
    tokenizer = HERE / "dam-a" / "model" / "llm" / "tokenizer.model"
    write_checkpoint(folder / "model", *parts, tokenizer, ["F32"] * 4, filler(SEEDS["dam-e"], 16, 32))
    return [
        {
            "name": "grid",
            "images": ["coffee.png"],
            "masks": ["coffee_wide.png"],
            "crop": "full+focal_crop",
            "query": "<image>\nDescribe the masked region in detail.",
            # Ends right after byte 0x1F, which Python's strip() takes for white space.
            "greedy": {"max_new_tokens": 18},
            "leave_out": ["pixels"],
        },
    ]


SETS = {"dam-c": dam_c, "dam-d": dam_d, "dam-e": dam_e}
# Chosen so that generations differ from case to case and, in dam-c, some of both searches reach </s>.
SEEDS = {"dam-c": 2, "dam-d": 12, "dam-e": 22}


def build(folder):
    """Writes model/ and media/ of the set named like the folder; returns its cases."""
    (folder / "media").mkdir(parents=True, exist_ok=True)
    return SETS[folder.name](folder)
