"""One clip from its seed: its frames, its masks and what is true of each object."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

import scenery
import truth
from camera import HEIGHT, WIDTH
from composition import Composition
from sprites import sprite
from things import FRAMES
from vocabulary import COLOURS, SCENES

# A mask of fewer pixels does not count.
LEAST_PIXELS = 30


@dataclass(frozen=True)
class Frame:
    picture: np.ndarray  # uint8 [HEIGHT, WIDTH, 3]
    labels: np.ndarray  # uint8 [HEIGHT, WIDTH]: i + 1 is what shows of thing i
    whole: dict[int, int]  # pixels of each thing if nothing hid it

    def shown(self, index):
        """The part of thing i that shows."""
        return float((self.labels == index + 1).sum() / self.whole[index])


class Clip:
    """Deterministic from its seed."""

    def __init__(self, seed):
        self.seed = seed
        rng = np.random.default_rng([2024, seed])
        self.scene = SCENES[rng.integers(len(SCENES))]
        self.light = scenery.LIGHTS[rng.choice(3, p=(0.55, 0.2, 0.25))]
        composition = Composition(self.scene, rng)
        self.camera, self.landmarks, self.things = composition.camera, composition.landmarks, composition.things
        self._backdrop = scenery.backdrop(self.scene, rng, self.camera)
        lamps = [(m.x, m.y, 2.6 * m.scale) for m in self.landmarks if m.name == "lamp post"]
        lamps.append((rng.uniform(0, WIDTH), rng.uniform(200, 340), 110))
        self._gain = scenery.light_map(self.light, self.scene, rng, lamps)
        amount = float(rng.uniform(1.5, 4.0)) * {"day": 1.0, "dusk": 1.3, "night": 1.7}[self.light]
        self._noise = (rng.standard_normal((HEIGHT + 64, WIDTH + 64, 1)) * amount).astype(np.float32)
        self._mask_jitter = int(rng.integers(0, 1 << 30))

    def seen_frames(self, index):
        """Frames in which the thing is within the picture."""
        return [f for f in range(FRAMES) if self.things[index].is_seen(f)]

    def facts(self, index, frames, settled=True):
        """What is true of thing `index` over the sampled frames; of a picture when there is one (see truth.py)."""
        return truth.facts(self, index, frames, settled)

    def surroundings(self, frame):
        """What a relation can be to, with where it is."""
        return truth.surroundings(self, frame)

    def present(self):
        """Everything a caption may speak of without inventing it: landmarks, and the things by class."""
        return sorted({m.name for m in self.landmarks} | {t.name for t in self.things})

    def render(self, frame):
        """A finished frame."""
        picture = self._backdrop.copy()
        labels = np.zeros((HEIGHT, WIDTH), np.uint8)
        layers, whole = [], {}
        for mark in self.landmarks:
            layers.append((mark.y, mark.x, scenery.landmark(mark.name, mark.variant, mark.scale), 0))
        for index, thing in enumerate(self.things):
            pose = thing.pose(frame)
            look = dict(thing.look)
            if thing.path.behaviour == "puts down":
                layers += self._bag(thing, frame, look)
            phase = scenery.angle_step(pose.walked) % math.tau
            colours = tuple(COLOURS[c] for c in thing.colours)
            rgba = sprite(thing.name, colours, pose.view, phase, look, pose.scale)
            whole[index] = int((rgba[..., 3] > 127).sum())
            layers.append((pose.y, pose.x, rgba, index + 1))
        for y, x, rgba, label in sorted(layers, key=lambda layer: layer[0]):
            self._shadow(picture, x, y, rgba.shape[1])
            self._compose(picture, labels, rgba, round(x - rgba.shape[1] / 2), round(y) - rgba.shape[0], label)
        picture *= self._gain
        oy, ox = (frame * 17) % 64, (frame * 29) % 64
        picture += self._noise[oy : oy + HEIGHT, ox : ox + WIDTH]
        return Frame(np.clip(picture, 0, 255).astype(np.uint8), labels, whole)

    def _bag(self, thing, frame, look):
        """The bag is in the hand until halfway, then on the ground."""
        t = frame / (FRAMES - 1)
        look["bag"] = t < thing.path.turn
        if look["bag"]:
            return []
        left = thing.path.at(thing.path.turn)
        width, height = round(0.34 * left.scale), round(0.4 * left.scale)
        rgba = np.zeros((max(3, height), max(3, width), 4), np.uint8)
        rgba[:] = (92, 62, 38, 255)
        rgba[: max(1, height // 8)] = (64, 44, 28, 255)
        offset = 0.28 * left.scale * (1 if left.view == "right" else -1)
        return [(left.y - 0.5, left.x + offset, rgba, 0)]

    def _shadow(self, picture, x, y, width):
        strength, lean, height = scenery.shadow_of(width, self.light, self.scene)
        rx, ry = width * 0.5, max(2.0, width * height)
        x0, x1 = max(0, int(x + lean - rx)), min(WIDTH, int(x + lean + rx) + 1)
        y0, y1 = max(0, int(y - ry)), min(HEIGHT, int(y + ry) + 1)
        if x1 <= x0 or y1 <= y0:
            return
        xs = (np.arange(x0, x1) - x - lean) / rx
        ys = (np.arange(y0, y1) - y) / ry
        falloff = np.clip(1.3 * (1 - ys[:, None] ** 2 - xs[None, :] ** 2), 0, 1)
        picture[y0:y1, x0:x1] *= (1 - strength * falloff)[..., None]

    @staticmethod
    def _compose(picture, labels, rgba, x, y, label):
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + rgba.shape[1], WIDTH), min(y + rgba.shape[0], HEIGHT)
        if x1 <= x0 or y1 <= y0:
            return
        part = rgba[y0 - y : y1 - y, x0 - x : x1 - x]
        alpha = part[..., 3:].astype(np.float32) / 255
        target = picture[y0:y1, x0:x1]
        target *= 1 - alpha
        target += part[..., :3]
        labels[y0:y1, x0:x1][part[..., 3] > 127] = label

    def mask(self, labels, index, frame):
        """The mask of thing `index` as a tracker would give it: the outline a pixel off here and there. Bool, or None."""
        mask = labels == index + 1
        if mask.sum() < LEAST_PIXELS or not self.things[index].is_seen(frame):
            return None
        rng = np.random.default_rng([self._mask_jitter, index, frame])
        dy, dx = (int(n) for n in rng.integers(-1, 2, 2))
        mask = np.pad(mask, 1)[1 + dy : 1 + dy + HEIGHT, 1 + dx : 1 + dx + WIDTH].astype(np.uint8)
        if rng.random() < 0.4:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
            mask = cv2.dilate(mask, kernel) if rng.random() < 0.6 or mask.sum() < 120 else cv2.erode(mask, kernel)
        return mask.astype(bool)
