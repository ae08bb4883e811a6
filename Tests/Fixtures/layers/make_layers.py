"""Writes model.safetensors here: weights, inputs and PyTorch's outputs of layers over maps.

    python make_layers.py

Maps are stored channels last, planes as they are; weights as PyTorch stores them.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(6)
torch.set_grad_enabled(False)
tensors = {}


def keep(case, layer, height, width, channels):
    """Runs a layer of PyTorch's on a random map, and keeps everything."""
    image = torch.randn(1, channels, height, width)
    tensors[f"{case}.input"] = image[0].permute(1, 2, 0)
    tensors[f"{case}.output"] = layer(image)[0].permute(1, 2, 0)
    for name, value in layer.state_dict().items():
        tensors[f"{case}.{name}"] = value


keep("patches", torch.nn.Conv2d(3, 10, 7, stride=4, padding=3), 30, 33, 3)
keep("halving", torch.nn.Conv2d(4, 6, 3, stride=2, padding=1), 9, 12, 4)
keep("whole", torch.nn.Conv2d(2, 3, 2, stride=2), 7, 8, 2)
keep("same", torch.nn.Conv2d(5, 7, 3, padding=1), 1, 2, 5)
keep("pointwise", torch.nn.Conv2d(12, 5, 1), 6, 4, 12)
keep("depthwise", torch.nn.Conv2d(9, 9, 7, padding=3, groups=9), 10, 5, 9)
keep("doubling", torch.nn.ConvTranspose2d(6, 5, 2, stride=2), 3, 7, 6)
keep("pooling", torch.nn.MaxPool2d(2, stride=2), 7, 6, 4)

planes = torch.randn(1, 3, 7, 9)
tensors["planes"] = planes[0]
for height, width in [(16, 13), (7, 30), (3, 4), (7, 9)]:
    for mode, antialias in [("bilinear", False), ("bicubic", False), ("bilinear", True)]:
        out = F.interpolate(planes, size=(height, width), mode=mode, align_corners=False, antialias=antialias)
        tensors[f"{mode}{'_antialias' if antialias else ''}.{height}x{width}"] = out[0]

save_file({name: value.contiguous() for name, value in tensors.items()}, Path(__file__).parent / "model.safetensors")
