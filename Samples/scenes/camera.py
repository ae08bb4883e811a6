"""The fixed camera: where a point of the ground is in the frame, and how large things are there."""

from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT = 512, 384


@dataclass(frozen=True)
class Camera:
    horizon: float  # row the ground would vanish at: above the picture, for the camera looks down
    near_scale: float  # pixels a metre at the lowest row
    ground_top: int  # row where the ground begins

    @staticmethod
    def random(rng):
        return Camera(float(rng.uniform(-120, -50)), float(rng.uniform(40, 50)), int(rng.integers(118, 142)))

    def scale(self, y):
        """Pixels a metre for something whose foot is on row y."""
        return self.near_scale * (y - self.horizon) / (HEIGHT - self.horizon)

    def row(self, scale):
        return self.horizon + scale / self.near_scale * (HEIGHT - self.horizon)

    @staticmethod
    def depth(scale):
        """Metres from the camera, along the ground, of what has so many pixels a metre."""
        return 420 / scale

    def row_at(self, depth):
        return self.row(420 / depth)

    def ground(self):
        """World coordinates (x across, z away from the camera, in metres) of each pixel below `ground_top`."""
        rows = np.arange(self.ground_top, HEIGHT)[:, None]
        scale = self.scale(rows)
        x = (np.arange(WIDTH)[None, :] - WIDTH / 2) / scale
        return x, self.depth(scale) + np.zeros_like(x)
