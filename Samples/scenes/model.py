"""The Describe Anything Model as trainable PyTorch modules. Parameters have the published checkpoint's names.

What is computed is what the repository's `Tests/Fixtures/goldens/dam_reference.py` computes; here it is batched, and the words
before the first image, which are the same in every sample, go through the language model once a batch.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Sizes:
    image: int = 112
    patch: int = 14
    vision_width: int = 160
    vision_layers: int = 5  # as in the configuration; the last is never computed (mm_vision_select_layer -2)
    vision_heads: int = 5
    vision_mlp: int = 480
    language_width: int = 192
    language_layers: int = 4
    language_heads: int = 6
    language_mlp: int = 512
    vocabulary: int = 1000

    @property
    def used_layers(self):
        return self.vision_layers - 1

    @property
    def grid(self):
        return self.image // self.patch

    @property
    def frame_tokens(self):
        return ((self.grid + 1) // 2) ** 2


def attend(q, k, v, heads, **options):
    """Multi-head attention of [batch, tokens, width] projections."""
    q, k, v = (x.view(*x.shape[:2], heads, -1).transpose(1, 2) for x in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, **options).transpose(1, 2).flatten(2)


# -------------------------------------------------------------------------------------------------------------- vision


class VisionAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))

    def forward(self, queries, keys):
        return self.out_proj(attend(self.q_proj(queries), self.k_proj(keys), self.v_proj(keys), self.heads))


class MLP(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class EncoderLayer(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(sizes.vision_width, eps=1e-6)
        self.self_attn = VisionAttention(sizes.vision_width, sizes.vision_heads)
        self.layer_norm2 = nn.LayerNorm(sizes.vision_width, eps=1e-6)
        self.mlp = MLP(sizes.vision_width, sizes.vision_mlp)

    def forward(self, x):
        normed = self.layer_norm1(x)
        x = x + self.self_attn(normed, normed)
        return x + self.mlp(self.layer_norm2(x))


class ContextLayer(nn.Module):
    """Gated cross attention from the crop to the full view. The gates start open: nothing here was trained before."""

    def __init__(self, sizes):
        super().__init__()
        self.attn_factor, self.mlp_factor = nn.Parameter(torch.full((1,), 0.5)), nn.Parameter(torch.full((1,), 0.5))
        self.cross_attn = VisionAttention(sizes.vision_width, sizes.vision_heads)
        self.layer_norm1 = nn.LayerNorm(sizes.vision_width, eps=1e-6)
        self.mlp = MLP(sizes.vision_width, sizes.vision_mlp)
        self.layer_norm2 = nn.LayerNorm(sizes.vision_width, eps=1e-6)

    def forward(self, x, context):
        x = x + self.attn_factor * self.cross_attn(self.layer_norm1(x), context)
        return x + self.mlp_factor * self.mlp(self.layer_norm2(x))


def smooth_positions(grid, width, deviation=0.4):
    """[grid * grid, width]: random fields of low frequencies, so that places near to each other are alike from the start."""
    numbers = torch.arange(grid)
    waves = torch.cos(math.pi / grid * (numbers[:, None] + 0.5) * numbers)  # [place, frequency]
    strengths = torch.randn(grid, grid, width) / (1 + numbers[:, None, None] + numbers[:, None])
    fields = torch.einsum("yf,xg,fgw->yxw", waves, waves, strengths).reshape(grid**2, width)
    return fields * (deviation / fields.std())


class Embeddings(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        width, patch = sizes.vision_width, sizes.patch
        self.patch_embedding = nn.Conv2d(3, width, patch, patch)
        self.mask_patch_embedding = nn.Conv2d(1, width, patch, patch)
        self.position_embedding = nn.Embedding(sizes.grid**2, width)
        with torch.no_grad():
            self.position_embedding.weight.copy_(smooth_positions(sizes.grid, width))
            # A patch's mask counts by how much it covers; none at all (-1) adds nothing.
            coverage = torch.randn(width) / patch**2
            self.mask_patch_embedding.weight.copy_(coverage[:, None, None, None].expand(-1, 1, patch, patch))
            self.mask_patch_embedding.bias.copy_(coverage * patch**2)

    def forward(self, pixels):
        x = self.patch_embedding(pixels[:, :3]) + self.mask_patch_embedding(pixels[:, 3:])
        return x.flatten(2).transpose(1, 2) + self.position_embedding.weight


class VisionTower(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.embeddings = Embeddings(sizes)
        self.encoder = nn.ModuleDict({"layers": nn.ModuleList(EncoderLayer(sizes) for _ in range(sizes.used_layers))})

    def forward(self, pixels, context=None, provider=()):
        """[frames, 4, S, S] to [frames, tokens, width]; with `context`, a provider's layer follows each encoder layer."""
        x = self.embeddings(pixels)
        for index, layer in enumerate(self.encoder["layers"]):
            x = layer(x)
            if context is not None:
                x = provider[index](x, context)
        return x


class Projector(nn.Module):
    """2x2 patches to one token, as `mlp_downsample`."""

    def __init__(self, sizes):
        super().__init__()
        inner = 4 * sizes.vision_width
        self.layers = nn.ModuleDict(
            {
                "1": nn.LayerNorm(inner, eps=1e-5),
                "2": nn.Linear(inner, sizes.language_width),
                "4": nn.Linear(sizes.language_width, sizes.language_width),
            }
        )

    def forward(self, x):
        frames, tokens, width = x.shape
        grid = math.isqrt(tokens)
        half = (grid + 1) // 2
        x = F.pad(x.view(frames, grid, grid, width), (0, 0, 0, grid % 2, 0, grid % 2))
        # Blocks go column by column; within a block, row by row.
        x = x.view(frames, half, 2, half, 2, width).permute(0, 3, 1, 2, 4, 5).reshape(frames, half * half, 4 * width)
        return self.layers["4"](F.gelu(self.layers["2"](self.layers["1"](x))))


# ------------------------------------------------------------------------------------------------------------ language


def rotated(x, cos, sin):
    """Rotary embedding, rotate-half form; x: [batch, heads, tokens, head]."""
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-b, a], dim=-1) * sin


class LlamaAttention(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        width = sizes.language_width
        self.heads = sizes.language_heads
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(width, width, bias=False) for _ in range(4))

    def split(self, x):
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def keys(self, x, angles):
        """Rotated keys, and values."""
        return rotated(self.split(self.k_proj(x)), *angles), self.split(self.v_proj(x))

    def forward(self, x, angles, keys, values, mask):
        queries = rotated(self.split(self.q_proj(x)), *angles)
        return self.o_proj(F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask).transpose(1, 2).flatten(2))


class SwiGLU(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.self_attn, self.mlp = LlamaAttention(sizes), SwiGLU(sizes.language_width, sizes.language_mlp)
        self.input_layernorm = nn.RMSNorm(sizes.language_width, eps=1e-5)
        self.post_attention_layernorm = nn.RMSNorm(sizes.language_width, eps=1e-5)

    def forward(self, x, angles, past, mask):
        """`past`: (keys, values) of what comes before x, or None. Returns x and (keys, values) including its own."""
        normed = self.input_layernorm(x)
        keys, values = self.self_attn.keys(normed, angles)
        if past is not None:
            keys, values = (torch.cat([old.expand(len(x), -1, -1, -1), new], dim=2) for old, new in zip(past, (keys, values)))
        x = x + self.self_attn(normed, angles, keys, values, mask)
        return x + self.mlp(self.post_attention_layernorm(x)), (keys, values)


class Llama(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.model = nn.ModuleDict(
            {
                "embed_tokens": nn.Embedding(sizes.vocabulary, sizes.language_width),
                "layers": nn.ModuleList(DecoderLayer(sizes) for _ in range(sizes.language_layers)),
                "norm": nn.RMSNorm(sizes.language_width, eps=1e-5),
            }
        )
        self.lm_head = nn.Linear(sizes.language_width, sizes.vocabulary, bias=False)
        head = sizes.language_width // sizes.language_heads
        self.register_buffer("frequencies", 10000.0 ** (-torch.arange(0, head, 2) / head), persistent=False)
        nn.init.normal_(self.model["embed_tokens"].weight, std=0.5)

    def angles(self, start, count):
        phases = torch.arange(start, start + count)[:, None] * self.frequencies
        phases = torch.cat([phases, phases], dim=-1)
        return phases.cos(), phases.sin()

    def forward(self, x, past=None):
        """Hidden states of the embeddings x [batch, tokens, width] after `past`, and the past with them.

        `past`: (keys, values) of each layer, or None.
        """
        start = past[0][0].shape[2] if past else 0
        angles = self.angles(start, x.shape[1])
        mask = torch.ones(x.shape[1], start + x.shape[1], dtype=torch.bool).tril(start)
        states = []
        for index, layer in enumerate(self.model["layers"]):
            x, state = layer(x, angles, past[index] if past else None, mask)
            states.append(state)
        return self.model["norm"](x), states


# --------------------------------------------------------------------------------------------------------------- whole


class DescribeAnything(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.vision = VisionTower(sizes)
        self.provider = nn.ModuleList(ContextLayer(sizes) for _ in range(sizes.used_layers))
        self.projector = Projector(sizes)
        self.llm = Llama(sizes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=module.in_features**-0.5 * 0.8)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def views(self, full, crop):
        """Of frames' two views, [frames, 4, S, S] each, in -1 ... 1: the full views' features [frames, tokens, vision width],
        and image tokens [frames, frame tokens, language width]."""
        context = self.vision(full)
        return context, self.projector(self.vision(crop, context, self.provider))

    def image_tokens(self, full, crop):
        """[frames, frame tokens, language width]."""
        return self.views(full, crop)[1]

    def embed(self, ids):
        return self.llm.model["embed_tokens"](ids)

    def hidden(self, prefix, image_tokens, ids):
        """Hidden states of what follows the images.

        prefix: [tokens] ids before the first image, the same for all. image_tokens: [batch, images' tokens, width].
        ids: [batch, tokens]: the rest of the prompt and the answer.
        """
        _, past = self.llm(self.embed(prefix)[None])
        x = torch.cat([image_tokens, self.embed(ids)], dim=1)
        return self.llm(x, past)[0][:, image_tokens.shape[1] :]

    @torch.no_grad()
    def generate(self, prefix, image_tokens, suffix, limit, end=2):
        """Greedy answers, a list of id lists without the end token."""
        batch = len(image_tokens)
        _, past = self.llm(self.embed(prefix)[None])
        x = torch.cat([image_tokens, self.embed(suffix)[None].expand(batch, -1, -1)], dim=1)
        answers, running = [[] for _ in range(batch)], torch.ones(batch, dtype=torch.bool)
        for _ in range(limit):
            hidden, past = self.llm(x, past)
            chosen = self.llm.lm_head(hidden[:, -1]).argmax(-1)
            running &= chosen != end
            if not running.any():
                break
            for index in running.nonzero().flatten().tolist():
                answers[index].append(int(chosen[index]))
            x = self.embed(chosen)[:, None]
        return answers
