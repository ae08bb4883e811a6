"""Where a thing is at each moment of a clip, by what it does. Time runs from 0 to 1 over the clip."""

import math
from dataclasses import dataclass

from camera import WIDTH, Camera


@dataclass(frozen=True)
class Pose:
    x: float  # of the foot, in pixels of the frame
    y: float
    scale: float  # pixels a metre
    view: str  # the side that shows: left, right, towards, away
    walked: float  # metres gone so far


def progress(behaviour, t, turn):
    """How much of the way is behind at time t. `turn`: when it stops, turns, or speeds up."""
    if behaviour == "still":
        return 0.0
    if behaviour == "stops":
        return min(t / turn, 1.0)
    if behaviour == "turns back":
        return t / turn if t < turn else 1 - 0.9 * (t - turn) / (1 - turn)
    if behaviour == "speeds up":
        return 0.18 * t / turn if t < turn else 0.18 + 0.82 * (t - turn) / (1 - turn)
    return t


@dataclass(frozen=True)
class Path:
    """A way over the ground: `across` pixels sideways at one distance, or from one `scale` to another towards or away."""

    camera: Camera
    behaviour: str
    direction: str | None
    x: float  # where it begins; of a thing that does not travel, where it is
    y: float
    across: float = 0.0  # pixels, for left and right
    end_y: float = 0.0  # row at the end of the way, for towards and away
    turn: float = 0.5
    phase: float = 0.0
    facing: str = "right"

    def at(self, t):
        scale = self.camera.scale(self.y)
        if self.behaviour == "loiters":
            angle = math.tau * (1.25 * t + self.phase)
            x = self.x + self.across * math.sin(angle)
            view = "right" if math.cos(angle) > 0 else "left"
            return Pose(x, self.y, scale, view, 5 * t)
        if self.direction is None:
            return Pose(self.x, self.y, scale, self.facing, 0.0)
        f = progress(self.behaviour, t, self.turn)
        back = self.behaviour == "turns back" and t > self.turn
        gone = 2 - f if back else f
        if self.direction in ("left", "right"):
            sign = -1 if self.direction == "left" else 1
            view = self.direction if not back else ("left" if sign > 0 else "right")
            return Pose(self.x + sign * self.across * f, self.y, scale, view, gone * self.across / scale)
        end_scale = self.camera.scale(self.end_y)
        depth = (1 - f) / scale + f / end_scale
        lateral = (self.x - WIDTH / 2) / scale
        view = self.direction if not back else ("away" if self.direction == "towards" else "towards")
        way = abs(self.camera.depth(scale) - self.camera.depth(end_scale))
        return Pose(WIDTH / 2 + lateral / depth, self.camera.row(1 / depth), 1 / depth, view, gone * way)
