"""Writes a checkpoint directory in the published layout with random weights.

    python make_random_checkpoint.py OUT [--dtype F16] [--seed 0]

By default in the published DAM-3B sizes: 3.56 B parameters, 7.1 GB in half precision, LLM in two shards. Weights are
N(0, 0.02), made and written one tensor at a time, so memory stays below 1 GB. Such a checkpoint says nothing sensible; it
is for measuring time and memory. The golden sets' small checkpoints are written by the same functions (golden_sets.py).
"""

import argparse
import json
import math
import shutil
import struct
from pathlib import Path

import torch

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
TOKENIZER = Path(__file__).parent / "goldens" / "tokenizer" / "tokenizer.model"


# ---------------------------------------------------------------------------------- tensors of each part: (name, shape)


def linear(name, outputs, inputs, bias=True):
    yield f"{name}.weight", (outputs, inputs)
    if bias:
        yield f"{name}.bias", (outputs,)


def norm(name, width):
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)


def attention(name, width):
    for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
        yield from linear(f"{name}.{projection}", width, width)


def mlp(name, width, inner):
    yield from linear(f"{name}.fc1", inner, width)
    yield from linear(f"{name}.fc2", width, inner)


def vision_tower(config):
    d, inner, patch = config["hidden_size"], config["intermediate_size"], config["patch_size"]
    embeddings = "vision_model.embeddings"
    yield f"{embeddings}.patch_embedding.weight", (d, 3, patch, patch)
    yield f"{embeddings}.patch_embedding.bias", (d,)
    yield f"{embeddings}.mask_patch_embedding.weight", (d, 1, patch, patch)
    yield f"{embeddings}.mask_patch_embedding.bias", (d,)
    yield f"{embeddings}.position_embedding.weight", ((config["image_size"] // patch) ** 2, d)
    for i in range(config["num_hidden_layers"]):
        layer = f"vision_model.encoder.layers.{i}"
        yield from norm(f"{layer}.layer_norm1", d)
        yield from attention(f"{layer}.self_attn", d)
        yield from norm(f"{layer}.layer_norm2", d)
        yield from mlp(f"{layer}.mlp", d, inner)
    yield from norm("vision_model.post_layernorm", d)
    # The pooling head: in the published files, never used.
    yield "vision_model.head.probe", (1, 1, d)
    yield "vision_model.head.attention.in_proj_weight", (3 * d, d)
    yield "vision_model.head.attention.in_proj_bias", (3 * d,)
    yield from linear("vision_model.head.attention.out_proj", d, d)
    yield from norm("vision_model.head.layernorm", d)
    yield from mlp("vision_model.head.mlp", d, inner)


def context_provider(config):
    d, inner = config["hidden_size"], config["intermediate_size"]
    for i in range(config["num_hidden_layers"]):
        layer = f"context_provider_module.layers.{i}"
        if config.get("zero_init_output", True):
            yield f"{layer}.attn_factor", (1,)
            yield f"{layer}.mlp_factor", (1,)
        yield from attention(f"{layer}.cross_attn", d)
        yield from norm(f"{layer}.layer_norm1", d)
        yield from mlp(f"{layer}.mlp", d, inner)
        yield from norm(f"{layer}.layer_norm2", d)


def mm_projector(config, inputs, outputs):
    kind = config["mm_projector_type"]
    if kind == "linear":
        yield from linear("layers", outputs, inputs)
    elif kind == "mlp_downsample":
        yield from norm("layers.1", 4 * inputs)
        yield from linear("layers.2", outputs, 4 * inputs)
        yield from linear("layers.4", outputs, outputs)
    elif kind != "identity":  # mlpNx_gelu
        for i in range(int(kind.removeprefix("mlp").removesuffix("x_gelu"))):
            yield from linear(f"layers.{2 * i}", outputs, inputs if i == 0 else outputs)


def llm(config):
    d, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    kv_heads = config.get("num_key_value_heads", heads)
    head = config.get("head_dim", d // heads)
    bias = config.get("attention_bias", False)
    yield "model.embed_tokens.weight", (config["vocab_size"], d)
    for i in range(config["num_hidden_layers"]):
        layer = f"model.layers.{i}"
        yield from linear(f"{layer}.self_attn.q_proj", heads * head, d, bias)
        yield from linear(f"{layer}.self_attn.k_proj", kv_heads * head, d, bias)
        yield from linear(f"{layer}.self_attn.v_proj", kv_heads * head, d, bias)
        yield from linear(f"{layer}.self_attn.o_proj", d, heads * head, bias)
        yield from linear(f"{layer}.mlp.gate_proj", inner, d, False)
        yield from linear(f"{layer}.mlp.up_proj", inner, d, False)
        yield from linear(f"{layer}.mlp.down_proj", d, inner, False)
        yield f"{layer}.input_layernorm.weight", (d,)
        yield f"{layer}.post_attention_layernorm.weight", (d,)
    yield "model.norm.weight", (d,)
    if not config.get("tie_word_embeddings", False):
        yield "lm_head.weight", (config["vocab_size"], d)


# ------------------------------------------------------------------------------------------------------------- writing


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_safetensors(path, tensors, dtype, fill):
    """`tensors`: (name, shape) pairs; `fill(name, shape)` makes each one just before it is written."""
    size = DTYPES[dtype].itemsize
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        end = offset + math.prod(shape) * size
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in tensors:
            data = fill(name, shape).to(DTYPES[dtype]).contiguous()
            file.write(memoryview(data.flatten().view(torch.uint8).numpy()))


def write_part(folder, config, tensors, dtype, fill, shards=1):
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config)
    tensors = list(tensors)
    if shards == 1:
        write_safetensors(folder / "model.safetensors", tensors, dtype, fill)
        return
    # Cut the list where each shard has had its share of the bytes.
    counts = [math.prod(shape) for _, shape in tensors]
    groups, done = [[] for _ in range(shards)], 0
    for tensor, count in zip(tensors, counts):
        groups[min(done * shards // sum(counts), shards - 1)].append(tensor)
        done += count
    weight_map = {}
    for i, group in enumerate(groups):
        name = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        write_safetensors(folder / name, group, dtype, fill)
        weight_map |= {tensor: name for tensor, _ in group}
    total = sum(counts) * DTYPES[dtype].itemsize
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    write_json(folder / "model.safetensors.index.json", index)


def special_token(content):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}


def write_tokenizer(folder, model_file, max_length):
    shutil.copyfile(model_file, folder / "tokenizer.model")
    added = {str(i): special_token(t) | {"special": True} for i, t in enumerate(["<unk>", "<s>", "</s>"])}
    config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "add_prefix_space": True,
        "added_tokens_decoder": added,
        "bos_token": "<s>",
        "clean_up_tokenization_spaces": False,
        "eos_token": "</s>",
        "legacy": False,
        "model_max_length": max_length,
        "pad_token": "<unk>",
        "padding_side": "right",
        "sp_model_kwargs": {},
        "tokenizer_class": "LlamaTokenizer",
        "unk_token": "<unk>",
        "use_default_system_prompt": False,
    }
    write_json(folder / "tokenizer_config.json", config)
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<unk>", "unk_token": "<unk>"}
    write_json(folder / "special_tokens_map.json", {k: special_token(v) for k, v in tokens.items()})


def write_checkpoint(folder, root, vision, provider, projector, language, tokenizer, dtypes, fill, shards=1):
    """The whole directory. `dtypes`: of vision tower, context provider, projector, LLM."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"vision_tower_cfg": vision, "context_provider_cfg": provider, "mm_projector_cfg": projector, "llm_cfg": language}
    write_json(folder / "config.json", root | parts)
    write_part(folder / "vision_tower", vision, vision_tower(vision), dtypes[0], fill)
    size = {"height": vision["image_size"], "width": vision["image_size"]}
    preprocessor = {
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_processor_type": "SiglipImageProcessor",
        "image_std": [0.5, 0.5, 0.5],
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": size,
    }
    write_json(folder / "vision_tower" / "preprocessor_config.json", preprocessor)
    write_part(folder / "context_provider", provider, context_provider(provider), dtypes[1], fill)
    tensors = mm_projector(projector, vision["hidden_size"], language["hidden_size"])
    write_part(folder / "mm_projector", projector, tensors, dtypes[2], fill)
    write_part(folder / "llm", language, llm(language), dtypes[3], fill, shards)
    generation = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    write_json(folder / "llm" / "generation_config.json", generation)
    write_tokenizer(folder / "llm", tokenizer, language["max_position_embeddings"])


# --------------------------------------------------------------------------------------------------------- DAM-3B sizes


def published_configs(torch_dtype):
    """root, vision, provider, projector, language as nvidia/DAM-3B-Video has them (sizes and options)."""
    vision = {
        "architectures": ["SiglipVisionModel"],
        "attention_dropout": 0.0,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": 1152,
        "image_size": 384,
        "intermediate_size": 4304,
        "layer_norm_eps": 1e-06,
        "model_type": "siglip_vision_model",
        "num_attention_heads": 16,
        "num_channels": 3,
        "num_hidden_layers": 27,
        "num_mask_channels": 1,
        "patch_size": 14,
        "torch_dtype": torch_dtype,
    }
    provider = vision | {
        "architectures": ["ContextProvider"],
        "context_image_as_queries": False,
        "context_provider_layer_indices": None,
        "context_provider_type": "cross_attn_end_to_all",
        "masked_cross_attn": False,
        "model_type": "context_provider",
        "residual_dropout": 0.0,
        "treat_image_as_cimage": True,
        "zero_init_output": True,
    }
    projector = {
        "architectures": ["MultimodalProjector"],
        "mm_projector_type": "mlp_downsample",
        "model_type": "v2l_projector",
        "torch_dtype": torch_dtype,
    }
    language = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "hidden_act": "silu",
        "hidden_size": 2560,
        "intermediate_size": 6912,
        "max_position_embeddings": 4096,
        "model_type": "llama",
        "num_attention_heads": 20,
        "num_hidden_layers": 32,
        "num_key_value_heads": 20,
        "pad_token_id": 0,
        "rms_norm_eps": 1e-05,
        "rope_scaling": None,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": torch_dtype,
        "vocab_size": 32000,
    }
    root = {
        "architectures": ["LlavaLlamaModel"],
        "hidden_size": language["hidden_size"],
        "image_aspect_ratio": "resize",
        "interpolate_mode": "linear",
        "mm_hidden_size": vision["hidden_size"],
        "mm_use_im_patch_token": False,
        "mm_use_im_start_end": False,
        "mm_vision_select_feature": "cls_patch",
        "mm_vision_select_layer": -2,
        "model_type": "llava_llama",
        "num_video_frames": 8,
        "vision_resolution": None,
    }
    return root, vision, provider, projector, language


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dtype", choices=DTYPES, default="F16")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    generator = torch.Generator().manual_seed(options.seed)

    def fill(name, shape):
        values = torch.empty(shape).normal_(0, 0.02, generator=generator)
        if "norm" in name and name.endswith("weight"):
            values += 1
        if name.endswith("_factor"):
            values += 0.5
        return values

    torch_dtype = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[options.dtype]
    dtypes = [options.dtype] * 4
    write_checkpoint(options.out, *published_configs(torch_dtype), TOKENIZER, dtypes, fill, shards=2)


if __name__ == "__main__":
    main()
