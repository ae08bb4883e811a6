"""Small SAM 2 models with random weights that make every part of the result depend on every part of the model.

transformers' own initialisation leaves positions, biases and several embeddings at zero: a test on such weights could not
see them missing. Here all of them are drawn.
"""

import math

import torch
from transformers import Sam2Config, Sam2Model, Sam2VideoConfig, Sam2VideoModel

# Names of the sets; what is special about each is in README.md.
CONFIGS = {
    "sam-a": {
        "model": (Sam2VideoConfig, Sam2VideoModel),
        "seed": 1,
        "dtype": torch.float32,
        "image_size": 128,
        "patch_size": 16,
        "hidden": 32,
        "mask_input_channels": 16,
        "backbone": {
            "hidden_size": 8,
            "blocks_per_stage": [1, 2, 4, 2],
            "embed_dim_per_stage": [8, 16, 32, 64],
            "num_attention_heads_per_stage": [1, 2, 4, 8],
            "window_size_per_stage": [8, 4, 5, 3],
            "global_attention_blocks": [4, 6],
        },
        "neck": {},
        "decoder": {"num_attention_heads": 4, "mlp_dim": 48, "iou_head_hidden_dim": 24,
                    "dynamic_multimask_stability_thresh": 0.93},
        "memory": {},
    },
    "sam-b": {
        "model": (Sam2VideoConfig, Sam2VideoModel),
        "seed": 2,
        "dtype": torch.float16,
        "image_size": 96,
        "patch_size": 16,
        "hidden": 24,
        "mask_input_channels": 8,
        "backbone": {
            "hidden_size": 6,
            "blocks_per_stage": [2, 1, 3, 1],
            "embed_dim_per_stage": [6, 12, 24, 36],
            "num_attention_heads_per_stage": [2, 3, 1, 6],
            "window_size_per_stage": [4, 7, 4, 2],
            "global_attention_blocks": [5],
            "window_positional_embedding_background_size": [5, 3],
            "mlp_ratio": 2.5,
        },
        "neck": {"fpn_top_down_levels": [1, 2, 3]},
        "decoder": {
            "num_attention_heads": 3,
            "attention_downsample_rate": 1,
            "mlp_dim": 40,
            "iou_head_hidden_dim": 32,
            "iou_head_depth": 2,
            "dynamic_multimask_stability_delta": 3.0,
        },
        "memory": {"enable_occlusion_spatial_embedding": False, "enable_temporal_pos_encoding_for_object_pointers": False},
    },
    "sam-c": {
        "model": (Sam2Config, Sam2Model),
        "seed": 3,
        "dtype": torch.bfloat16,
        "image_size": 64,
        "patch_size": 8,
        "hidden": 16,
        "mask_input_channels": 12,
        "backbone": {
            "hidden_size": 12,
            "patch_kernel_size": [5, 5],
            "patch_stride": [2, 2],
            "patch_padding": [2, 2],
            "blocks_per_stage": [1, 1, 3],
            "embed_dim_per_stage": [12, 20, 28],
            "num_attention_heads_per_stage": [3, 2, 2],
            "window_size_per_stage": [8, 6, 3],
            "num_query_pool_stages": 2,
            "global_attention_blocks": [3],
            "hidden_act": "gelu_pytorch_tanh",
            "layer_norm_eps": 1e-3,
        },
        "neck": {"fpn_kernel_size": 3, "fpn_padding": 1, "fpn_top_down_levels": [1]},
        "decoder": {
            "num_attention_heads": 2,
            "mlp_dim": 24,
            "num_hidden_layers": 3,
            "num_multimask_outputs": 2,
            "iou_head_hidden_dim": 8,
            "dynamic_multimask_via_stability": False,
        },
        "memory": {},
    },
}


def map_sides(settings):
    """Rows of the trunk's map after each stage."""
    backbone = settings["backbone"]
    kernel, stride, padding = (backbone.get(f"patch_{key}", [value])[0] for key, value in
                               (("kernel_size", 7), ("stride", 4), ("padding", 3)))
    side = (settings["image_size"] + 2 * padding - kernel) // stride + 1
    sides = []
    for stage in range(len(backbone["blocks_per_stage"])):
        if 0 < stage <= backbone.get("num_query_pool_stages", 3):
            side //= 2
        sides.append(side)
    return sides


def make_config(name):
    settings = CONFIGS[name]
    hidden, size = settings["hidden"], settings["image_size"]
    config_class, _ = settings["model"]
    memory = {}
    if config_class is Sam2VideoConfig:
        memory = {
            "image_size": size,
            "memory_attention_hidden_size": hidden,
            "memory_attention_num_layers": 1,
            "memory_attention_feed_forward_hidden_size": 2 * hidden,
            "memory_attention_rope_feat_sizes": [size // settings["patch_size"]] * 2,
            "memory_encoder_hidden_size": hidden,
            "mask_downsampler_embed_dim": hidden,
            "memory_fuser_embed_dim": hidden,
            "memory_fuser_intermediate_dim": hidden,
            "memory_fuser_num_layers": 1,
            **settings["memory"],
        }
    return config_class(
        vision_config={
            "backbone_config": {"model_type": "sam2_hiera_det_model", "image_size": [size, size], **settings["backbone"]},
            "backbone_channel_list": settings["backbone"]["embed_dim_per_stage"][::-1],
            "backbone_feature_sizes": [[side, side] for side in map_sides(settings)[:3]],
            "fpn_hidden_size": hidden,
            **settings["neck"],
        },
        prompt_encoder_config={"hidden_size": hidden, "image_size": size, "patch_size": settings["patch_size"],
                               "mask_input_channels": settings["mask_input_channels"]},
        mask_decoder_config={"hidden_size": hidden, **settings["decoder"]},
        **memory,
    )


def draw(name, value, generator):
    """Random numbers for one tensor, of a size that keeps activations near 1."""
    noise = torch.randn(value.shape, generator=generator)
    if name.endswith("norm.weight") or "layer_norm" in name and name.endswith("weight"):
        return 1 + 0.3 * noise
    if name.endswith(".bias"):
        return 0.3 * noise
    if value.ndim >= 2 and name.endswith(".weight") and "embed.weight" not in name and "token" not in name.split(".")[-2]:
        return 1.4 * noise / math.sqrt(value[0].numel())
    return noise


def make_model(name):
    """The model, with weights rounded to what the set stores, and in single precision."""
    settings = CONFIGS[name]
    torch.manual_seed(0)
    model = settings["model"][1](make_config(name)).eval()
    generator = torch.Generator().manual_seed(settings["seed"])
    state = model.state_dict()
    for key in sorted(state):
        state[key] = draw(key, state[key], generator).to(settings["dtype"]).float()
    # The published models' two copies of this table are one.
    state["shared_image_embedding.positional_embedding"] = state["prompt_encoder.shared_embedding.positional_embedding"]
    model.load_state_dict(state)
    return model
