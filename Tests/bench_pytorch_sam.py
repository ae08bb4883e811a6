"""The stages of SAM 2.1 in PyTorch, for bench_pytorch.py: transformers' model with random weights. Named as `damvideo bench`
names them; unlike there, frames come prepared and masks stay at the model's size, which spares PyTorch a little work.
"""

from pathlib import Path

import torch
from transformers import Sam2VideoConfig, Sam2VideoModel
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

# What differs between the published sizes.
SIZES = {
    "sam2.1-hiera-tiny": dict(widths=[96, 192, 384, 768], heads=[1, 2, 4, 8], blocks=[1, 2, 7, 2], whole=[5, 7, 9]),
    "sam2.1-hiera-small": dict(widths=[96, 192, 384, 768], heads=[1, 2, 4, 8], blocks=[1, 2, 11, 2], whole=[7, 10, 13]),
    "sam2.1-hiera-base-plus": dict(
        widths=[112, 224, 448, 896], heads=[2, 4, 8, 16], blocks=[2, 3, 16, 3], whole=[12, 16, 20], positions=14),
    "sam2.1-hiera-large": dict(
        widths=[144, 288, 576, 1152], heads=[2, 4, 8, 16], blocks=[2, 6, 36, 4], whole=[23, 33, 43], windows=[8, 4, 16, 8]),
}


def configuration(name):
    if name not in SIZES:
        return Sam2VideoConfig.from_pretrained(name)
    size = SIZES[name]
    positions = size.get("positions", 7)
    return Sam2VideoConfig(vision_config={
        "model_type": "sam2_vision_model", "backbone_channel_list": size["widths"][::-1],
        "backbone_config": {
            "model_type": "sam2_hiera_det_model", "hidden_size": size["widths"][0], "blocks_per_stage": size["blocks"],
            "embed_dim_per_stage": size["widths"], "num_attention_heads_per_stage": size["heads"],
            "window_size_per_stage": size.get("windows", [8, 4, 14, 7]), "global_attention_blocks": size["whole"],
            "window_positional_embedding_background_size": [positions, positions]}})


class Stages:
    def __init__(self, name, attention, dtype):
        torch.manual_seed(0)
        config = configuration(str(Path(name)))
        model = Sam2VideoModel._from_config(config, attn_implementation=attention).eval()

        def run(call, *inputs, **named):
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bf16"):
                return call(*inputs, **named)

        self.encode = lambda pixels: run(model.get_image_features, pixels)
        self.model = lambda *inputs, **named: run(model, *inputs, **named)
        self.side, self.remembered = config.image_size, config.num_maskmem
        self.tracked = None
        self.next = self.remembered

    def stage(self, name):
        """A function that runs the stage once; None for a stage that is not this model's."""
        if name == "sam-encoder":
            pixels = torch.rand(1, 3, self.side, self.side)
            return lambda: self.encode(pixels)
        if name == "sam-frame":
            self.prepare()
            return self.frame
        if name == "sam-object":
            self.prepare()
            # The frame's features are cached: only the object's own share is measured.
            return lambda: self.model(self.tracked, frame_idx=self.next - 1)
        return None

    def frame(self):
        self.model(self.tracked, frame=torch.rand(1, 3, self.side, self.side))
        self.next += 1

    def prepare(self):
        """One object, tracked through the frames that fill the memory."""
        if self.tracked is not None:
            return
        session = Sam2VideoInferenceSession(video_height=576, video_width=768, dtype=torch.float32)
        index = session.obj_id_to_idx(1)
        box = torch.tensor([[260, 200], [380, 360]]) / torch.tensor([768, 576]) * self.side
        session.add_point_inputs(index, 0, {
            "point_coords": box[None, None], "point_labels": torch.tensor([[[2, 3]]], dtype=torch.int32)})
        session.obj_with_new_inputs.append(1)
        for _ in range(self.remembered):
            self.model(session, frame=torch.rand(1, 3, self.side, self.side))
        self.tracked = session
