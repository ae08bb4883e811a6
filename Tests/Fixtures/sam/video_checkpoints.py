"""Small SAM 2 models for tracking: random weights that transformers and the original authors' code both load.

The widths are larger than those of `sam_checkpoints.py`: transformers' tracking wants memories 64 wide and narrower than
the prompts' width, and the original's trunk doubles its width from stage to stage.
"""

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel

from sam_checkpoints import draw

CONFIGS = {
    # SAM 2.1 as published but for its sizes.
    "video-a": {
        "seed": 11, "image_size": 128, "blocks": [1, 1, 2, 1], "windows": [4, 4, 4, 3], "global": [3],
        "score_bias": 0.02, "calm": (0.6, "memory_"), "options": {"memory_attention_num_layers": 2},
    },
    # SAM 2: no embedding of absence, pointers without time; an odd window.
    "video-b": {
        "seed": 12, "image_size": 128, "blocks": [1, 2, 2, 1], "windows": [4, 4, 7, 4], "global": [4], "score_bias": 0.88,
        "calm": (0.7, "memory_"),
        "options": {
            "enable_occlusion_spatial_embedding": False, "enable_temporal_pos_encoding_for_object_pointers": False,
            "memory_attention_num_layers": 1,
        },
    },
    # Two heads of memory attention, two conditioning frames at most, a short memory, a mask sampler of other strides.
    "video-c": {
        "seed": 13, "image_size": 160, "blocks": [1, 1, 2, 1], "windows": [8, 4, 4, 5], "global": [3], "score_bias": -1.03,
        "calm": (0.7, "memory_", "mask_decoder.transformer"),
        "options": {
            "memory_attention_num_layers": 1, "memory_attention_num_attention_heads": 2, "max_cond_frame_num": 2,
            "num_maskmem": 4, "max_object_pointers_in_encoder": 5, "mask_downsampler_stride": 4,
        },
    },
}
HIDDEN, WIDTHS, HEADS = 128, [16, 32, 64, 128], [1, 2, 4, 8]


def make_config(name):
    settings = CONFIGS[name]
    size = settings["image_size"]
    side = size // 4
    return Sam2VideoConfig(
        vision_config={
            "backbone_config": {
                "model_type": "sam2_hiera_det_model", "hidden_size": WIDTHS[0], "image_size": [size, size],
                "blocks_per_stage": settings["blocks"], "embed_dim_per_stage": WIDTHS,
                "num_attention_heads_per_stage": HEADS, "window_size_per_stage": settings["windows"],
                "global_attention_blocks": settings["global"], "window_positional_embedding_background_size": [5, 5],
            },
            "backbone_channel_list": WIDTHS[::-1],
            "backbone_feature_sizes": [[side >> level, side >> level] for level in range(3)],
            "fpn_hidden_size": HIDDEN,
        },
        prompt_encoder_config={"hidden_size": HIDDEN, "image_size": size},
        mask_decoder_config={
            "hidden_size": HIDDEN, "mlp_dim": 64, "num_attention_heads": 4, "iou_head_hidden_dim": 32,
            "attention_downsample_rate": 4},
        image_size=size, memory_attention_hidden_size=HIDDEN, memory_attention_feed_forward_hidden_size=96,
        memory_attention_rope_feat_sizes=[side // 4] * 2, memory_encoder_hidden_size=HIDDEN,
        mask_downsampler_embed_dim=HIDDEN, memory_fuser_embed_dim=HIDDEN, memory_fuser_intermediate_dim=96,
        memory_fuser_num_layers=1, **settings["options"])


def make_model(name):
    """The model, with weights rounded to half precision, and in single precision."""
    settings = CONFIGS[name]
    torch.manual_seed(0)
    model = Sam2VideoModel(make_config(name)).eval()
    generator = torch.Generator().manual_seed(settings["seed"])
    state = model.state_dict()
    for key in sorted(state):
        value = draw(key, state[key], generator)
        if key == "mask_decoder.pred_obj_score_head.proj_out.bias":
            # The object is seen in most frames, and missed in some.
            value = torch.full_like(value, settings["score_bias"])
        elif value.ndim > 1 and key.startswith(settings["calm"][1:]) and key.endswith("weight"):
            # Memories are kept in bfloat16: what one program rounds up and another down must not grow, and one object's
            # masks must still differ from another's.
            value = settings["calm"][0] * value
        state[key] = value.half().float()
    state["shared_image_embedding.positional_embedding"] = state["prompt_encoder.shared_embedding.positional_embedding"]
    model.load_state_dict(state)
    return model
