"""What there is in a clip: things that can move and landmarks that cannot, and the boxes they fill in the frame."""

from dataclasses import dataclass, field

import numpy as np

from camera import HEIGHT, WIDTH
from motion import Path
from scenery import LANDMARK_SIZE
from sprites import extent

FRAMES = 40  # at 10 a second
SAMPLES = 8
# A smaller part of a thing within the frame does not count as seen.
LEAST_PART = 0.15


def spread(count, samples=SAMPLES):
    """linspace(0, count - 1, samples) truncated: the published rule for the frames that are looked at."""
    return np.linspace(0, count - 1, samples).astype(int)


@dataclass(frozen=True)
class Box:
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self):
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)

    def within(self, other):
        """The part of this box's area that lies in the other."""
        cut = Box(max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1))
        return cut.area / self.area if cut.x1 > cut.x0 and cut.y1 > cut.y0 else 0.0


FRAME = Box(0, 0, WIDTH, HEIGHT)


@dataclass
class Thing:
    """Something that can move. Ids count from 1 in the masks."""

    name: str
    colours: tuple[str, ...]
    path: Path
    look: dict = field(default_factory=dict)

    def pose(self, frame):
        return self.path.at(frame / (FRAMES - 1))

    def box(self, frame):
        pose = self.pose(frame)
        width, height = extent(self.name, "side" if pose.view in ("left", "right") else pose.view)
        return Box(pose.x - width * pose.scale / 2, pose.y - height * pose.scale, pose.x + width * pose.scale / 2, pose.y)

    def is_seen(self, frame):
        return self.box(frame).within(FRAME) >= LEAST_PART


@dataclass(frozen=True)
class Landmark:
    name: str
    x: float
    y: float
    scale: float
    variant: int

    @property
    def box(self):
        width, height = LANDMARK_SIZE[self.name]
        return Box(self.x - width * self.scale / 2, self.y - height * self.scale, self.x + width * self.scale / 2, self.y)
