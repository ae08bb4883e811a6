"""The stages of the Describe Anything Model in PyTorch, for bench_pytorch.py. Named as `damvideo bench` names them."""

import inspect
import sys
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import DynamicCache

sys.path.insert(0, str(Path(__file__).resolve().parent / "Fixtures" / "goldens"))
import dam_reference  # noqa: E402
from dam_reference import ContextProvider, Projector, VisionTower, crop_view, load_llm, read_json, view_channels  # noqa: E402

DECODED = 16
BATCH = 8


def fused_attention(part, queries, keys, heads, bias=None):
    """dam_reference's attention as PyTorch's one operation."""
    batch, length, width = queries.shape

    def split(x):
        return x.view(batch, -1, heads, width // heads).transpose(1, 2)

    q, k, v = split(part.linear("q_proj", queries)), split(part.linear("k_proj", keys)), split(part.linear("v_proj", keys))
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=None if bias is None else bias.to(q.dtype))
    return part.linear("out_proj", mixed.transpose(1, 2).reshape(batch, length, width))


class Stages:
    """Parts are loaded when a stage needs them, so a vision stage does not need the language model's memory."""

    def __init__(self, folder, attention, dtype, report, tokens):
        self.folder, self.attention = Path(folder), attention
        self.dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[dtype]
        if attention == "sdpa":
            dam_reference.attention = fused_attention
        self.root = read_json(self.folder / "config.json")
        self.frames = self.root.get("num_video_frames", 8)
        self.report, self.tokens = report, tokens

    def stage(self, name):
        """A function that runs the stage once; None for a stage that is not this model's."""
        makers = {
            "preprocessing": lambda: self.preprocess, "full-view": self.full_view, "crop-context": self.crop_context,
            "projector": self.project, "prefill": self.prefill, "caption": self.caption,
        }
        if name == "decode-batch":
            return self.decode(1800, self.count(name, DECODED * BATCH) // BATCH, BATCH)
        if name.startswith("decode-"):
            return self.decode(int(name.removeprefix("decode-")), self.count(name, DECODED))
        return makers[name]() if name in makers else None

    def count(self, name, default):
        return self.report[name]["count"] if name in self.report else default

    @cached_property
    def tower(self):
        tower = self.converted(VisionTower(self.folder / "vision_tower", self.root))
        tower.positions = tower.positions.to(self.dtype)
        return tower

    @cached_property
    def provider(self):
        return self.converted(ContextProvider(self.folder / "context_provider"))

    @cached_property
    def projector(self):
        return self.converted(Projector(self.folder / "mm_projector"))

    @cached_property
    def llm(self):
        return load_llm(self.folder / "llm", self.attention).to(self.dtype)

    def converted(self, module):
        """A part of the reference with its weights in the measured type."""
        for name, tensor in module.part.tensors.items():
            module.part.tensors[name] = tensor.to(self.dtype)
        return module

    def random(self, *shape):
        return (torch.rand(*shape) * 2 - 1).to(self.dtype)

    @cached_property
    def pixels(self):
        return self.random(1, 8, self.tower.size, self.tower.size)

    @cached_property
    def features(self):
        return self.tower(self.pixels[:, :4])

    def preprocess(self):
        """The picture and mask that damvideo itself measures with: 768 x 576, an object in a box of 120 x 160."""
        y, x = np.mgrid[0:576, 0:768]
        image = np.stack([x, y, x * y // 64], axis=2).astype(np.uint8)
        mask = ((x + 0.5 - 320) / 60) ** 2 + ((y + 0.5 - 280) / 80) ** 2 <= 1
        views = [(image, mask), crop_view(image, mask, "focal_crop")]
        return np.concatenate([view_channels(*view, self.tower.size) for view in views])

    def full_view(self):
        return lambda: self.tower(self.pixels[:, :4])

    def crop_context(self):
        context = self.features
        return lambda: self.region(self.pixels, context)

    def region(self, pixels, context):
        return self.tower(pixels[:, 4:], context, self.provider, self.provider.key_bias(pixels))

    def project(self):
        features = self.features
        return lambda: self.projector(features)

    def prefill(self):
        count = self.count("prefill", self.prompt_length)
        embeddings = self.random(1, count, self.llm.config.hidden_size)
        return lambda: self.read(embeddings, DynamicCache())

    @property
    def prompt_length(self):
        return self.frames * self.projector(self.features).shape[1] + 64

    def read(self, embeddings, cache):
        """Logits of the token behind a prompt."""
        names = inspect.signature(self.llm.forward).parameters
        keep = "logits_to_keep" if "logits_to_keep" in names else "num_logits_to_keep"
        return self.llm(inputs_embeds=embeddings, past_key_values=cache, use_cache=True, **{keep: 1}).logits

    def follow(self, token, cache, count):
        for _ in range(count):
            token = self.llm(input_ids=token, past_key_values=cache, use_cache=True).logits[:, -1].argmax(-1)[:, None]

    def decode(self, context, count, tracks=1):
        config = self.llm.config
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        cache = DynamicCache()
        for layer in range(config.num_hidden_layers):
            rows = self.random(tracks, config.num_key_value_heads, context, size)
            cache.update(rows, rows.clone(), layer)
        return lambda: self.follow(torch.tensor([[1]] * tracks), cache, count)

    def caption(self):
        """Frames to tokens; with a prompt as long as the report's, if it has one."""
        total = self.count("prefill", self.prompt_length)

        def run():
            encoded = []
            for _ in range(self.frames):
                pixels = torch.from_numpy(self.preprocess())[None].to(self.dtype)
                encoded.append(self.projector(self.region(pixels, self.tower(pixels[:, :4])))[0])
            images = torch.cat(encoded)
            text = self.llm.get_input_embeddings().weight[3 : 3 + total - images.shape[0]]
            cache = DynamicCache()
            token = self.read(torch.cat([text, images])[None], cache)[:, -1].argmax(-1)[:, None]
            self.follow(token, cache, self.count("caption", self.tokens) - 1)

        return run
