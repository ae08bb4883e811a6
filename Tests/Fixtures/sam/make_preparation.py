"""Writes preparation.safetensors: pictures, and what the original SAM 2 makes of them before its image encoder.

    python make_preparation.py

Stills go through torchvision (`sam2/utils/transforms.py`), frames of clips through Pillow (`sam2/utils/misc.py`).
"""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.transforms import Normalize, Resize, ToTensor

SIDE = 32
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
generator = np.random.default_rng(6)
tensors = {}
for width, height in [(70, 50), (20, 31), (32, 32), (200, 9), (32, 90)]:
    picture = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
    # Some of it smooth, so that both ends of the range are met and overshot.
    picture[: height // 2] = np.where(np.arange(width)[None, :, None] * 4 // width % 2, 255, 0)
    tensors[f"{width}x{height}"] = torch.from_numpy(picture).half()

    still = torch.nn.Sequential(Resize((SIDE, SIDE)), Normalize(MEAN, DEVIATION))(ToTensor()(picture))
    tensors[f"{width}x{height}.picture"] = still.permute(1, 2, 0)

    frame = torch.from_numpy(np.array(Image.fromarray(picture).resize((SIDE, SIDE))) / 255.0).float()
    frame -= torch.tensor(MEAN)
    frame /= torch.tensor(DEVIATION)
    tensors[f"{width}x{height}.frame"] = frame

save_file({name: value.contiguous() for name, value in tensors.items()}, Path(__file__).parent / "preparation.safetensors")
