"""Small detectors with random weights in PyTorch, built as the published families build theirs: the same kinds of layers,
joins and box arithmetic, so that their exports have the same operators. Widths are a few channels."""

import torch
from torch import nn
from torch.nn import functional


class Unit(nn.Module):
    """Convolution, batch normalization, activation."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1, activation=nn.SiLU):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = activation()

    def forward(self, x):
        return self.activation(self.norm(self.conv(x)))


class Residual(nn.Module):
    """Two convolutions, and the input added."""

    def __init__(self, width, first=1, activation=nn.SiLU):
        super().__init__()
        self.first = Unit(width, width, first, activation=activation)
        self.second = Unit(width, width, 3, activation=activation)

    def forward(self, x):
        return x + self.second(self.first(x))


class TwoWays(nn.Module):
    """One half through residuals, joined with the other (cross-stage partial, as in YOLOv4 to v7 and YOLOX)."""

    def __init__(self, inputs, outputs, activation=nn.SiLU):
        super().__init__()
        half = outputs // 2
        self.left, self.right = Unit(inputs, half, activation=activation), Unit(inputs, half, activation=activation)
        self.inner = Residual(half, activation=activation)
        self.last = Unit(2 * half, outputs, activation=activation)

    def forward(self, x):
        return self.last(torch.cat([self.inner(self.left(x)), self.right(x)], 1))


class Branches(nn.Module):
    """A split whose parts and what residuals make of the last are all joined (as YOLOv8 has it)."""

    def __init__(self, inputs, outputs, count=2):
        super().__init__()
        self.half = outputs // 2
        self.first = Unit(inputs, 2 * self.half)
        self.inner = nn.ModuleList(Residual(self.half, 3) for _ in range(count))
        self.last = Unit((2 + count) * self.half, outputs)

    def forward(self, x):
        parts = list(self.first(x).split((self.half, self.half), 1))
        for layer in self.inner:
            parts.append(layer(parts[-1]))
        return self.last(torch.cat(parts, 1))


class Pyramid(nn.Module):
    """Spatial pyramid pooling by repeated maxima."""

    def __init__(self, width):
        super().__init__()
        self.first, self.last = Unit(width, width // 2), Unit(2 * width, width)

    def forward(self, x):
        parts = [self.first(x)]
        for _ in range(3):
            parts.append(functional.max_pool2d(parts[-1], 5, 1, 2))
        return self.last(torch.cat(parts, 1))


class Attention(nn.Module):
    """Self-attention over a map with a depthwise convolution for positions, and a feed-forward part (as YOLO11 has it)."""

    def __init__(self, width, heads=2):
        super().__init__()
        self.heads, self.size, self.key = heads, width // heads, width // heads // 2
        self.mixed = nn.Conv2d(width, width + 2 * heads * self.key, 1)
        self.position = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.project = nn.Conv2d(width, width, 1)
        self.forward_part = nn.Sequential(Unit(width, 2 * width), nn.Conv2d(2 * width, width, 1))

    def attend(self, x):
        n, c, h, w = x.shape
        q, k, v = self.mixed(x).view(n, self.heads, 2 * self.key + self.size, h * w).split([self.key, self.key, self.size], 2)
        weights = (q.transpose(-2, -1) @ k * self.key**-0.5).softmax(-1)
        values = (v @ weights.transpose(-2, -1)).view(n, c, h, w)
        return self.project(values + self.position(v.reshape(n, c, h, w)))

    def forward(self, x):
        x = x + self.attend(x)
        return x + self.forward_part(x)


class Backbone(nn.Module):
    """Maps at strides 8, 16 and 32, mixed downwards and upwards again."""

    def __init__(self, block, start, attention=False, activation=nn.SiLU):
        super().__init__()
        self.start = start
        self.down = nn.ModuleList(Unit(a, b, 3, 2, activation=activation) for a, b in [(4, 4), (4, 8), (8, 8), (8, 12)])
        self.blocks = nn.ModuleList([block(4, 4), block(8, 8), block(8, 8), block(12, 12)])
        self.deep = nn.Sequential(Pyramid(12), Attention(12)) if attention else Pyramid(12)
        self.up = nn.ModuleList([block(20, 8), block(16, 8)])
        self.back = nn.ModuleList([Unit(8, 8, 3, 2, activation=activation), Unit(8, 8, 3, 2, activation=activation)])
        self.mix = nn.ModuleList([block(16, 8), block(20, 12)])

    def forward(self, x):
        maps, x = [], self.start(x)
        for down, block in zip(self.down, self.blocks):
            x = block(down(x))
            maps.append(x)
        deep = self.deep(maps[3])
        middle = self.up[0](torch.cat([functional.interpolate(deep, scale_factor=2.0, mode="nearest"), maps[2]], 1))
        fine = self.up[1](torch.cat([functional.interpolate(middle, scale_factor=2.0, mode="nearest"), maps[1]], 1))
        middle = self.mix[0](torch.cat([self.back[0](fine), middle], 1))
        return fine, middle, self.mix[1](torch.cat([self.back[1](middle), deep], 1))


WIDTHS, STRIDES = (8, 8, 12), (8, 16, 32)


class Focus(nn.Module):
    """Every second pixel in four maps (YOLOX's first layer)."""

    def __init__(self):
        super().__init__()
        self.unit = Unit(12, 4, 3)

    def forward(self, x):
        return self.unit(torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1))


def centres(size, stride):
    side = size // stride
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return torch.stack([x, y], -1).float()


class AnchorBoxes(nn.Module):
    """`[1, N, 5 + C]`: three anchors a cell, boxes decoded (as YOLOv5 and v7 have it)."""

    def __init__(self, classes, size):
        super().__init__()
        self.width, self.size = 5 + classes, size
        self.out = nn.ModuleList(nn.Conv2d(width, 3 * self.width, 1) for width in WIDTHS)
        self.anchors = torch.tensor([[[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 40]], [[60, 50], [40, 60], [63, 63]]])

    def forward(self, maps):
        result = []
        for level, (layer, x) in enumerate(zip(self.out, maps)):
            n, _, h, w = x.shape
            y = layer(x).view(n, 3, self.width, h, w).permute(0, 1, 3, 4, 2).contiguous().sigmoid()
            place, extent, rest = y.split((2, 2, self.width - 4), 4)
            grid = centres(self.size, STRIDES[level]).view(1, 1, h, w, 2)
            place = (place * 2 + (grid - 0.5)) * STRIDES[level]
            extent = (extent * 2) ** 2 * self.anchors[level].view(1, 3, 1, 1, 2)
            result.append(torch.cat([place, extent, rest], 4).view(n, 3 * h * w, self.width))
        return torch.cat(result, 1)


class DistanceBoxes(nn.Module):
    """`[1, 4 + C, N]`: distances to a box's edges as expectations over bins (as YOLOv8 and 11 have it)."""

    def __init__(self, classes, size, light=False, masks=0):
        super().__init__()
        self.classes, self.bins, self.masks = classes, 8, masks
        self.box = nn.ModuleList(nn.Sequential(Unit(w, 8, 3), nn.Conv2d(8, 4 * self.bins, 1)) for w in WIDTHS)
        first = (lambda w: nn.Sequential(Unit(w, w, 3, groups=w), Unit(w, 8))) if light else (lambda w: Unit(w, 8, 3))
        self.score = nn.ModuleList(nn.Sequential(first(w), nn.Conv2d(8, classes, 1)) for w in WIDTHS)
        self.weights = nn.ModuleList(nn.Sequential(Unit(w, 8, 3), nn.Conv2d(8, masks, 1)) for w in WIDTHS) if masks else None
        self.expectation = nn.Conv2d(self.bins, 1, 1, bias=False)
        self.expectation.weight.data[:] = torch.arange(self.bins).float().view(1, -1, 1, 1)
        cells = [centres(size, s).view(-1, 2) + 0.5 for s in STRIDES]
        self.register_buffer("cells", torch.cat(cells).t()[None])
        self.register_buffer("strides", torch.cat([torch.full((1, 1, len(c)), float(s)) for c, s in zip(cells, STRIDES)], 2))

    def parts(self, maps):
        both = [torch.cat([box(x), score(x)], 1) for box, score, x in zip(self.box, self.score, maps)]
        n = both[0].shape[0]
        flat = torch.cat([x.view(n, 4 * self.bins + self.classes, -1) for x in both], 2)
        box, score = flat.split((4 * self.bins, self.classes), 1)
        bins = box.view(n, 4, self.bins, -1).transpose(2, 1).softmax(1)
        return self.expectation(bins).view(n, 4, -1), score.sigmoid()

    def coefficients(self, maps):
        return torch.cat([layer(x).view(x.shape[0], self.masks, -1) for layer, x in zip(self.weights, maps)], 2)

    def forward(self, maps):
        distance, score = self.parts(maps)
        before, after = distance.chunk(2, 1)
        low, high = self.cells - before, self.cells + after
        return torch.cat([torch.cat([(low + high) / 2, high - low], 1) * self.strides, score], 1)


class BestBoxes(DistanceBoxes):
    """`[1, K, 6]`: the best places, with corners, score and class: nothing overlaps (as YOLOv10 and 26 have it)."""

    def forward(self, maps):
        distance, score = self.parts(maps)
        before, after = distance.chunk(2, 1)
        corners = torch.cat([self.cells - before, self.cells + after], 1) * self.strides
        boxes, score = corners.permute(0, 2, 1), score.permute(0, 2, 1)
        places = score.amax(-1).topk(20)[1].unsqueeze(-1)
        boxes = boxes.gather(1, places.repeat(1, 1, 4))
        best, index = score.gather(1, places.repeat(1, 1, self.classes)).flatten(1).topk(20)
        rows = torch.arange(score.shape[0])[..., None]
        return torch.cat([boxes[rows, index // self.classes], best[..., None], (index % self.classes)[..., None].float()], -1)


class CellBoxes(nn.Module):
    """`[1, N, 5 + C]`: one box a cell (as YOLOX has it), with boxes as convolutions leave them, or decoded."""

    def __init__(self, classes, size, decoded):
        super().__init__()
        self.decoded = decoded
        self.score = nn.ModuleList(nn.Sequential(Unit(w, w, 5, groups=w), Unit(w, 8), nn.Conv2d(8, classes, 1)) for w in WIDTHS)
        self.box = nn.ModuleList(nn.Sequential(Unit(w, w, 3, groups=w), Unit(w, 8)) for w in WIDTHS)
        self.place = nn.ModuleList(nn.Conv2d(8, 4, 1) for _ in WIDTHS)
        self.object = nn.ModuleList(nn.Conv2d(8, 1, 1) for _ in WIDTHS)
        cells = [centres(size, s).view(-1, 2) for s in STRIDES]
        self.register_buffer("cells", torch.cat(cells)[None])
        self.register_buffer("strides", torch.cat([torch.full((1, len(c), 1), float(s)) for c, s in zip(cells, STRIDES)], 1))

    def forward(self, maps):
        levels = []
        for score, box, place, object_, x in zip(self.score, self.box, self.place, self.object, maps):
            shared = box(x)
            levels.append(torch.cat([place(shared), object_(shared).sigmoid(), score(x).sigmoid()], 1))
        flat = torch.cat([x.flatten(start_dim=2) for x in levels], dim=2).permute(0, 2, 1)
        if not self.decoded:
            return flat
        place, extent = (flat[..., :2] + self.cells) * self.strides, flat[..., 2:4].exp() * self.strides
        return torch.cat([place, extent, flat[..., 4:]], -1)


class Prototypes(nn.Module):
    """`[1, M, H / 4, W / 4]`, by a transposed convolution."""

    def __init__(self, masks):
        super().__init__()
        self.first, self.up = Unit(8, 8, 3), nn.ConvTranspose2d(8, 8, 2, 2)
        self.second, self.last = Unit(8, 8, 3), Unit(8, masks)

    def forward(self, x):
        return self.last(self.second(self.up(self.first(x))))


class Detector(nn.Module):
    def __init__(self, backbone, head, prototypes=None):
        super().__init__()
        self.backbone, self.head, self.prototypes = backbone, head, prototypes

    def forward(self, x):
        maps = self.backbone(x)
        if self.prototypes is None:
            return self.head(maps)
        return torch.cat([self.head(maps), self.head.coefficients(maps)], 1), self.prototypes(maps[0])
