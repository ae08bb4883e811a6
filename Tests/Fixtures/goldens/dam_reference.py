"""The Describe Anything Model in plain PyTorch, single precision, written for the golden numbers.

An independent second implementation: image preparation on Pillow, SigLIP with its mask channel, the context provider and
the projector in plain torch, LLaMA and both searches by `transformers`. It favours being easy to check over being fast and
shares no code with the Swift package. `make_goldens.py check` proves it against numbers of the published code.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import safe_open

IMAGE_TOKEN = -200
SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)


# --------------------------------------------------------------------------------------------------------- checkpoint


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def read_tensors(folder):
    """All tensors of a checkpoint part, sharded or not, as float32 whatever the file holds."""
    folder = Path(folder)
    index = folder / "model.safetensors.index.json"
    if index.exists():
        names = sorted(set(read_json(index)["weight_map"].values()))
    else:
        names = ["model.safetensors"]
    tensors = {}
    for name in names:
        with safe_open(folder / name, framework="pt") as file:
            for key in file.keys():
                tensors[key] = file.get_tensor(key).to(torch.float32)
    return tensors


class Part:
    """A checkpoint part's tensors under a name prefix: `part("fc1", x)` is the linear layer called fc1."""

    def __init__(self, tensors, prefix=""):
        self.tensors, self.prefix = tensors, prefix

    def __getitem__(self, name):
        return Part(self.tensors, f"{self.prefix}{name}.")

    def get(self, name, default=None):
        return self.tensors.get(self.prefix + name, default)

    def linear(self, name, x):
        weight = self.tensors[f"{self.prefix}{name}.weight"]
        return F.linear(x, weight, self.get(f"{name}.bias"))

    def norm(self, name, x, eps):
        weight = self.tensors[f"{self.prefix}{name}.weight"]
        return F.layer_norm(x, weight.shape, weight, self.tensors[f"{self.prefix}{name}.bias"], eps)


# -------------------------------------------------------------------------------------------------- preparing a frame


def bounding_box(mask):
    """(x0, y0, w, h) of the set pixels."""
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        raise ValueError("the mask has no pixel set")
    return int(xs.min()), int(ys.min()), int(xs.max() - xs.min() + 1), int(ys.max() - ys.min() + 1)


def crop_view(image, mask, mode):
    """The second view of the prompt mode `full+MODE`, as (image, mask) arrays. `full` is the frame itself."""
    height, width = mask.shape
    x0, y0, w, h = bounding_box(mask)
    if mode == "full":
        return image, mask
    if mode in ("crop", "crop_mask"):
        part = np.s_[y0 : y0 + h, x0 : x0 + w]
        if mode == "crop_mask":
            image = image * mask[..., None]
        return image[part], mask[part]
    if mode not in ("focal_crop", "context_crop"):
        raise ValueError(f"unknown prompt mode {mode}")
    # Three times the box, clipped to the frame. focal_crop first grows a side below 48 pixels to 48 around the centre.
    floor = 48 if mode == "focal_crop" else 0
    xc, yc = x0 + w / 2, y0 + h / 2
    w, h = max(w, floor), max(h, floor)
    x0, y0 = int(xc - w / 2), int(yc - h / 2)  # int() truncates toward zero: a start at -0.5 becomes 0, not -1
    part = np.s_[max(y0 - h, 0) : min(y0 + 2 * h, height), max(x0 - w, 0) : min(x0 + 2 * w, width)]
    return image[part], mask[part]


def view_channels(image, mask, size, resample=Image.BICUBIC, mean=0.5, std=0.5):
    """R, G, B, mask as [4, size, size] float32; both resized by Pillow on 8 bits."""
    rgb = np.asarray(Image.fromarray(image).resize((size, size), resample))
    grey = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).resize((size, size), resample))
    channels = np.concatenate([rgb, grey[..., None]], axis=2).transpose(2, 0, 1)
    # As transformers' image processors: rescaled by the double 1/255, rounded to float32, then normalised in float32.
    scaled = (channels * (1 / 255)).astype(np.float32)
    return (scaled - np.float32(mean)) / np.float32(std)


def frame_pixels(image_file, mask_file, crop, size):
    """[8, size, size]: four channels of the full view, four of the crop."""
    image = np.asarray(Image.open(image_file).convert("RGB"))
    mask = np.asarray(Image.open(mask_file).convert("L")) > 0
    first, second = crop.split("+")
    assert first == "full", "the first view is always the whole frame"
    views = [(image, mask), crop_view(image, mask, second)]
    return np.concatenate([view_channels(*view, size) for view in views])


# -------------------------------------------------------------------------------------------------------------- vision


def attention(part, queries, keys, heads, bias=None):
    """Multi-head attention, values from `keys` too; `bias` is added to the scores."""
    batch, q_len, width = queries.shape

    def split(x):
        return x.view(batch, -1, heads, width // heads).transpose(1, 2)

    q, k, v = split(part.linear("q_proj", queries)), split(part.linear("k_proj", keys)), split(part.linear("v_proj", keys))
    scores = q @ k.transpose(2, 3) * (width // heads) ** -0.5
    if bias is not None:
        scores = scores + bias
    mixed = torch.softmax(scores, dim=-1) @ v
    return part.linear("out_proj", mixed.transpose(1, 2).reshape(batch, q_len, width))


def mlp(part, x):
    return part.linear("fc2", F.gelu(part.linear("fc1", x), approximate="tanh"))


def resampled_positions(table, count):
    """Position embeddings for `count` tokens, resampled along the flattened token index, as the published code does it.

    The published weights are (mapped - floor) and (ceil - mapped). Where a mapped index is a whole number (always the first
    token, mostly the last, any other that float32 happens to hit) BOTH are 0, so that token gets a zero row instead of the
    table's row. A checkpoint run at that resolution was used with those zeros: they are kept.
    """
    old = table.shape[0]
    mapped = torch.arange(count) / (count - 1) * (old - 1)  # float32, in this order of operations
    floor = mapped.floor().long().clamp(0, old - 1)
    ceil = mapped.ceil().long().clamp(0, old - 1)
    return (mapped - floor)[:, None] * table[ceil] + (ceil - mapped)[:, None] * table[floor]


class VisionTower:
    def __init__(self, folder, root):
        self.config = read_json(folder / "config.json")
        self.part = Part(read_tensors(folder))["vision_model"]
        self.heads, self.eps = self.config["num_attention_heads"], self.config.get("layer_norm_eps", 1e-6)
        self.patch = self.config["patch_size"]
        layers = self.config["num_hidden_layers"]
        select = root.get("mm_vision_select_layer", -2)
        self.depth = select if select >= 0 else layers + 1 + select  # hidden state number = layers to run
        self.feature = root.get("mm_vision_select_feature") or "cls_patch"
        # vision_resolution null, -1 or the size itself: as trained. Otherwise frames are resized to it instead.
        self.size = self.config["image_size"]
        self.positions = self.part.tensors["vision_model.embeddings.position_embedding.weight"]
        resolution = root.get("vision_resolution")
        if resolution not in (None, -1, self.size):
            assert (root.get("interpolate_mode") or "linear") == "linear"
            self.size = resolution
            self.positions = resampled_positions(self.positions, (resolution // self.patch) ** 2)

    def __call__(self, pixels, context=None, provider=None, bias=None):
        """[frames, 4, S, S] -> [frames, tokens, width]; with `context`, a context layer follows every encoder layer."""
        tensors = self.part["embeddings"]

        def patches(name, channels):
            weight, shift = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
            return F.conv2d(channels, weight, shift, stride=self.patch).flatten(2).transpose(1, 2)

        x = patches("patch_embedding", pixels[:, :3])
        if pixels.shape[1] > 3:
            x = x + patches("mask_patch_embedding", pixels[:, 3:])
        x = x + self.positions
        for index in range(self.depth):
            layer = self.part[f"encoder.layers.{index}"]
            normed = layer.norm("layer_norm1", x, self.eps)
            x = x + attention(layer["self_attn"], normed, normed, self.heads)
            x = x + mlp(layer["mlp"], layer.norm("layer_norm2", x, self.eps))
            if context is not None:
                x = provider.layer(index, x, context, bias)
        return x[:, 1:] if self.feature == "patch" else x


class ContextProvider:
    def __init__(self, folder):
        self.config = read_json(folder / "config.json")
        assert self.config["context_provider_type"] == "cross_attn_end_to_all"
        # The published code would build no layer at all for any other value (it compares pairs with numbers).
        assert self.config.get("context_provider_layer_indices") is None
        self.part = Part(read_tensors(folder))["context_provider_module"]
        self.heads, self.eps = self.config["num_attention_heads"], self.config.get("layer_norm_eps", 1e-6)
        self.masked = self.config.get("masked_cross_attn", False)
        self.swapped = self.config.get("context_image_as_queries", False)
        assert not (self.masked and self.swapped), "masked_cross_attn and context_image_as_queries exclude each other"

    def layer(self, index, x, context, bias):
        part = self.part[f"layers.{index}"]
        gated = self.config.get("zero_init_output", True)  # otherwise there are no factors: they are 1
        attn_factor, mlp_factor = (part.get("attn_factor"), part.get("mlp_factor")) if gated else (1.0, 1.0)
        normed = part.norm("layer_norm1", x, self.eps)
        x = x + attn_factor * attention(part["cross_attn"], normed, context, self.heads, bias)
        return x + mlp_factor * mlp(part["mlp"], part.norm("layer_norm2", x, self.eps))

    def key_bias(self, pixels):
        """masked_cross_attn: -inf for keys whose patch holds no mask pixel of the first view, [frames, 1, 1, keys]."""
        if not self.masked:
            return None
        patch = self.config["patch_size"]
        mask = (pixels[:, 3:4] + 1) / 2
        sums = F.conv2d(mask, torch.ones(1, 1, patch, patch), stride=patch)
        return torch.zeros_like(sums).masked_fill(sums < 1e-5, -math.inf).flatten(1)[:, None, None, :]


# ----------------------------------------------------------------------------------------------------------- projector


def downsampled(x):
    """[frames, g*g, d] -> [frames, ceil(g/2)^2, 4d]; blocks column by column, an odd grid padded with zeros."""
    frames, tokens, width = x.shape
    grid = math.isqrt(tokens)
    assert grid * grid == tokens, f"mlp_downsample needs a square grid, not {tokens} tokens"
    half = (grid + 1) // 2
    x = F.pad(x.view(frames, grid, grid, width), (0, 0, 0, grid % 2, 0, grid % 2))
    x = x.view(frames, half, 2, half, 2, width)  # row pair, row, column pair, column
    return x.permute(0, 3, 1, 2, 4, 5).reshape(frames, half * half, 4 * width)


class Projector:
    def __init__(self, folder):
        self.kind = read_json(folder / "config.json")["mm_projector_type"]
        self.part = Part(read_tensors(folder) if self.kind != "identity" else {})

    def __call__(self, x):
        if self.kind == "identity":
            return x
        if self.kind == "linear":
            return self.part.linear("layers", x)
        if self.kind == "mlp_downsample":
            x = self.part.norm("layers.1", downsampled(x), 1e-5)
            return self.part.linear("layers.4", F.gelu(self.part.linear("layers.2", x)))
        assert self.kind.startswith("mlp") and self.kind.endswith("x_gelu"), self.kind
        for index in range(int(self.kind[3:-6])):
            x = self.part.linear(f"layers.{2 * index}", F.gelu(x) if index else x)
        return x


# ------------------------------------------------------------------------------------------------------- whole pipeline


def load_llm(folder, attention_kernel):
    """LLaMA of transformers with float32 weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig.from_pretrained(folder)
    config._attn_implementation = attention_kernel
    tensors = read_tensors(folder)
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    if config.tie_word_embeddings:
        tensors.setdefault("lm_head.weight", tensors["model.embed_tokens.weight"])
    model.load_state_dict(tensors, strict=True, assign=True)
    model.tie_weights()
    # The rotary frequencies are not in the checkpoint: compute them.
    rotary = type(model.model.rotary_emb)
    model.model.rotary_emb = rotary(config=config)
    for layer in model.model.layers:
        if hasattr(layer.self_attn, "rotary_emb"):
            layer.self_attn.rotary_emb = rotary(config=config)
    return model.eval().requires_grad_(False)


class DescribeAnything:
    def __init__(self, folder, attention_kernel="eager"):
        folder = Path(folder)
        self.root = read_json(folder / "config.json")
        self.tower = VisionTower(folder / "vision_tower", self.root)
        self.provider = ContextProvider(folder / "context_provider")
        self.projector = Projector(folder / "mm_projector")
        self.llm = load_llm(folder / "llm", attention_kernel)
        from transformers import LlamaTokenizer

        self.tokenizer = LlamaTokenizer.from_pretrained(folder / "llm")

    # Vision

    def pixels(self, image_files, mask_files, crop):
        frames = [frame_pixels(*files, crop, self.tower.size) for files in zip(image_files, mask_files, strict=True)]
        return torch.from_numpy(np.stack(frames))

    @torch.no_grad()
    def encode(self, pixels):
        """(context features, region features, image tokens), each [frames, tokens, width].

        Region features are the context provider's output for EVERY frame, as the goldens have them; a frame whose two views
        are equal (unless treat_image_as_cimage) is projected from its context features all the same.
        """
        plain = (pixels[:, :4] == pixels[:, 4:]).flatten(1).all(1)
        if self.provider.config.get("treat_image_as_cimage", False):
            plain[:] = False
        if self.provider.swapped:
            pixels = torch.cat([pixels[:, 4:], pixels[:, :4]], dim=1)
        context = self.tower(pixels[:, :4])
        region = self.tower(pixels[:, 4:], context, self.provider, self.provider.key_bias(pixels))
        return context, region, self.projector(torch.where(plain[:, None, None], context, region))

    # Language

    def prompt(self, query):
        return f"{SYSTEM} USER: {query} ASSISTANT:"

    def input_ids(self, prompt):
        """Pieces between <image> are tokenised each as a text of its own; BOS stays in front only."""
        pieces = [self.tokenizer(piece).input_ids for piece in prompt.split("<image>")]
        leading = int(pieces[0][:1] == [self.tokenizer.bos_token_id])
        ids = pieces[0]
        for piece in pieces[1:]:
            ids = ids + [IMAGE_TOKEN] + piece[leading:]
        return ids

    @torch.no_grad()
    def embed(self, ids, image_tokens):
        """[1, positions, width]: each image token of the ids gives way to the next frame's projected tokens."""
        table = self.llm.get_input_embeddings().weight
        frames = iter(image_tokens)
        rows = [next(frames) if i == IMAGE_TOKEN else table[i][None] for i in ids]
        assert next(frames, None) is None, "more frames than image tokens"
        return torch.cat(rows)[None]

    @torch.no_grad()
    def logits(self, embeds):
        return self.llm(inputs_embeds=embeds).logits[0, -1]

    @torch.no_grad()
    def generate(self, embeds, max_new_tokens, num_beams=1):
        """(ids, text, margins); ids include </s> when it was reached. Margins (greedy): best minus second logit."""
        output = self.llm.generate(
            inputs_embeds=embeds,
            attention_mask=torch.ones(embeds.shape[:2], dtype=torch.long),
            do_sample=False,
            num_beams=num_beams,
            max_new_tokens=max_new_tokens,
            use_cache=True,
            return_dict_in_generate=True,
            output_logits=num_beams == 1,
        )
        ids = output.sequences[0].tolist()
        text = self.tokenizer.decode(ids, skip_special_tokens=True).strip()
        margins = None
        if num_beams == 1:
            best = [step[0].topk(2).values for step in output.logits]
            margins = [round((a - b).item(), 5) for a, b in best]
        return ids, text, margins


def probabilities(logits, temperature, top_p):
    """Probabilities after temperature, then top_p: the smallest set of tokens whose sum exceeds top_p, at least one."""
    from transformers.generation.logits_process import TemperatureLogitsWarper, TopPLogitsWarper

    scores = TemperatureLogitsWarper(temperature)(None, logits[None])
    scores = TopPLogitsWarper(top_p)(None, scores)
    return torch.softmax(scores, dim=-1)[0]
