"""Writes a SAM 2.1 checkpoint directory in the published layout and sizes with random weights, for measuring.

    python make_random_sam.py OUT [--size tiny|small|base-plus|large]

Such a checkpoint finds nothing sensible; nothing in the tests needs it. Needs torch and transformers.
"""

import argparse

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel

SIZES = {
    "tiny": {},
    "small": {"blocks_per_stage": [1, 2, 11, 2], "global_attention_blocks": [7, 10, 13]},
    "base-plus": {
        "hidden_size": 112, "num_attention_heads": 2, "blocks_per_stage": [2, 3, 16, 3],
        "embed_dim_per_stage": [112, 224, 448, 896], "num_attention_heads_per_stage": [2, 4, 8, 16],
        "window_size_per_stage": [8, 4, 14, 7], "global_attention_blocks": [12, 16, 20],
        "window_positional_embedding_background_size": [14, 14],
    },
    "large": {
        "hidden_size": 144, "num_attention_heads": 2, "blocks_per_stage": [2, 6, 36, 4],
        "embed_dim_per_stage": [144, 288, 576, 1152], "num_attention_heads_per_stage": [2, 4, 8, 16],
        "window_size_per_stage": [8, 4, 16, 8], "global_attention_blocks": [23, 33, 43],
    },
}


def make(out, size):
    backbone = SIZES[size]
    widths = backbone.get("embed_dim_per_stage", [96, 192, 384, 768])
    torch.manual_seed(0)
    model = Sam2VideoModel(Sam2VideoConfig(vision_config={
        "backbone_config": {"model_type": "sam2_hiera_det_model", **backbone}, "backbone_channel_list": widths[::-1],
    }))
    # Weights that are initialised to zero would leave parts of the model without effect.
    with torch.no_grad():
        for parameter in model.parameters():
            if not parameter.any():
                parameter.normal_(std=0.02)
    model.save_pretrained(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--size", choices=SIZES, default="tiny")
    arguments = parser.parse_args()
    make(arguments.out, arguments.size)
