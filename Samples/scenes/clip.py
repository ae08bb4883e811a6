"""One clip: a scene, what stands in it, what moves through it; its frames, its masks and what is true of each object."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np

import scenery
from camera import HEIGHT, WIDTH, Camera
from facts import Facts, Relation
from motion import Path
from sprites import SKINS, extent, sprite
from vocabulary import COLOURS, FUR, LANDMARKS, POPULATION, REPERTOIRE, SCENES, TWO_TONE, VEHICLES

FRAMES = 40  # at 10 a second
SAMPLES = 8
# Fewer pixels, or a smaller part of the thing within the frame, do not count as seen.
LEAST_PIXELS, LEAST_PART = 30, 0.15


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
        width, height = scenery.LANDMARK_SIZE[self.name]
        return Box(self.x - width * self.scale / 2, self.y - height * self.scale, self.x + width * self.scale / 2, self.y)


@dataclass(frozen=True)
class Frame:
    picture: np.ndarray  # uint8 [HEIGHT, WIDTH, 3]
    labels: np.ndarray  # uint8 [HEIGHT, WIDTH]: i + 1 is what shows of thing i
    whole: dict[int, int]  # pixels of each thing if nothing hid it

    def shown(self, index):
        """The part of thing i that shows."""
        return float((self.labels == index + 1).sum() / self.whole[index])


def _draw(rng, weights):
    """One of the keys, by weight."""
    shares = np.array(list(weights.values()), float)
    return str(rng.choice(list(weights), p=shares / shares.sum()))


def spread(count, samples=SAMPLES):
    """linspace(0, count - 1, samples) truncated: the published rule for the frames that are looked at."""
    return np.linspace(0, count - 1, samples).astype(int)


class Clip:
    """Deterministic from its seed."""

    def __init__(self, seed):
        self.seed = seed
        rng = np.random.default_rng([2024, seed])
        self.scene = SCENES[rng.integers(len(SCENES))]
        self.light = scenery.LIGHTS[rng.choice(3, p=(0.55, 0.2, 0.25))]
        self.camera = Camera.random(rng)
        self.landmarks = self._place_landmarks(rng)
        self.things = []
        count = int(rng.integers(2, 6))
        if self.scene in ("parking lot", "street") and rng.random() < 0.6:
            self._add(rng, parked=True)
        for _ in range(20):
            if len(self.things) >= count:
                break
            self._add(rng, last=len(self.things) >= count - 1)
        self._backdrop = scenery.backdrop(self.scene, rng, self.camera)
        lamps = [(m.x, m.y, 2.6 * m.scale) for m in self.landmarks if m.name == "lamp post"]
        lamps.append((rng.uniform(0, WIDTH), rng.uniform(200, 340), 110))
        self._gain = scenery.light_map(self.light, self.scene, rng, lamps)
        amount = float(rng.uniform(1.5, 4.0)) * {"day": 1.0, "dusk": 1.3, "night": 1.7}[self.light]
        self._noise = (rng.standard_normal((HEIGHT + 64, WIDTH + 64, 1)) * amount).astype(np.float32)
        self._mask_jitter = int(rng.integers(0, 1 << 30))

    # -------------------------------------------------------------------------------------------------- composition

    def _place_landmarks(self, rng):
        names = rng.permutation(LANDMARKS[self.scene])[: int(rng.integers(2, 4))]
        slots = rng.permutation(5)[: len(names)]
        placed = []
        for name, slot in zip(names, slots):
            x = (slot + 0.5 + rng.uniform(-0.28, 0.28)) * WIDTH / 5
            near = rng.random() < 0.15 and name in ("lamp post", "tree", "pillar")
            top = self.camera.ground_top
            y = rng.uniform(330, 372) if near else rng.uniform(top + 14, top + 150)
            if name == "door":
                y = top + 3
            if self.scene == "street" and not near:  # on the far pavement
                y = rng.uniform(top + 6, self.camera.row_at(scenery.ROAD[1]) - 4)
            placed.append(Landmark(str(name), float(x), float(y), self.camera.scale(y), int(rng.integers(16))))
        return placed

    def _add(self, rng, last=False, parked=False):
        """One thing more, or two side by side."""
        name = _draw(rng, POPULATION[self.scene])
        if parked:
            name = str(rng.choice(["car", "van"]))
        behaviour = "still" if parked else _draw(rng, REPERTOIRE[name])
        direction = self._direction(rng, behaviour)
        for _ in range(25):
            path = self._path(rng, name, behaviour, direction)
            thing = self._thing(rng, name, path) if path else None
            if thing and self._has_room(thing):
                break
        else:
            return
        self.things.append(thing)
        if not last and name in ("person", "dog", "suitcase", "ball", "car", "bicycle") and rng.random() < 0.5:
            self._add_companion(rng, thing)

    def _add_companion(self, rng, thing):
        """Another thing that touches this one and does the same: only the mask tells which of the two is meant."""
        path = thing.path
        names = {"person": ("person", "person", "person", "dog"), "dog": ("dog", "person"), "ball": ("ball",), "suitcase": ("suitcase",), "bicycle": ("bicycle",), "car": ("car",)}
        name = str(rng.choice(names[thing.name]))
        if path.behaviour not in REPERTOIRE[name]:
            return
        scale = self.camera.scale(path.y)
        widths = [extent(n, "side" if path.direction in (None, "left", "right") else path.direction)[0] for n in (thing.name, name)]
        gap = rng.uniform(0.3, 0.52) * sum(widths) * scale * rng.choice([-1, 1]) * (0.75 if "person" in (name, thing.name) else 1)
        dy = rng.uniform(3, 7) * rng.choice([-1, 1])
        if path.behaviour in ("enters", "leaves"):
            return
        moved = Path(path.camera, path.behaviour, path.direction, path.x + gap, path.y + dy, path.across, path.end_y + dy, path.turn, path.phase, path.facing)
        ends = [moved.at(t) for t in (0.0, moved.turn, 1.0)]
        if any(not 25 < p.x < WIDTH - 25 or not p.y < HEIGHT - 4 for p in ends):
            return
        companion = self._thing(rng, name, moved)
        if companion is not None:
            self.things.append(companion)

    def _thing(self, rng, name, path):
        palette = FUR if name == "dog" else tuple(COLOURS)
        taken = {t.colours[0] for t in self.things if t.name == name}
        free = [c for c in palette if c not in taken]
        if not free:
            return None
        colours = [str(rng.choice(free))]
        if name in TWO_TONE:
            colours.append(str(rng.choice([c for c in palette if c != colours[0]])))
        look = {"skin": int(rng.integers(len(SKINS))), "bag": False}
        return Thing(name, tuple(colours), path, look)

    def _has_room(self, thing):
        """Not on top of another thing: some of it to be seen for most of the time, and so for the others."""
        for frame in (0, FRAMES // 2, FRAMES - 1):
            box = thing.box(frame)
            for other in self.things:
                theirs = other.box(frame)
                if box.within(theirs) > 0.4 or theirs.within(box) > 0.4:
                    return False
            for mark in self.landmarks:
                if mark.y > thing.pose(frame).y and box.within(mark.box) > 0.7:
                    return False
        return True

    @staticmethod
    def _direction(rng, behaviour):
        if behaviour in ("still", "loiters"):
            return None
        if behaviour in ("enters", "leaves", "puts down"):
            return str(rng.choice(["left", "right"]))
        return str(rng.choice(["left", "right", "towards", "away"]))

    def _path(self, rng, name, behaviour, direction):
        """A way for it to go, its end near something where that can be arranged."""
        camera, top = self.camera, self.camera.ground_top
        big = name in VEHICLES
        low, high = top + (42 if big else 26), (322 if big else 366)
        if big and self.scene == "street":
            low, high = (camera.row_at(z) for z in (scenery.ROAD[1] - 0.5, scenery.ROAD[0] + 0.2))
        end_x, end_y = self._goal(rng, name, low, high)
        turn = float(rng.uniform(0.44, 0.56))
        facing = str(rng.choice(["left", "right", "towards"] if name not in ("suitcase", "ball") else ["right"]))
        scale = camera.scale(end_y)
        half = extent(name, "side")[0] * scale / 2
        if direction is None:
            sway = float(rng.uniform(20, 32)) if behaviour == "loiters" else 0.0
            if not half * 0.9 + sway < end_x < WIDTH - half * 0.9 - sway:
                return None
            return Path(camera, behaviour, None, end_x, end_y, sway, phase=float(rng.uniform(0, 1)), facing=facing)
        if direction in ("left", "right"):
            sign = -1 if direction == "left" else 1
            across = float(rng.uniform(0.38, 0.72)) * WIDTH
            start_x = end_x - sign * across
            if behaviour == "turns back":
                start_x, across = end_x, float(rng.uniform(0.3, 0.5)) * WIDTH
                end_x = start_x + sign * across
            if behaviour == "enters":
                start_x = (-half * 1.3 if sign > 0 else WIDTH + half * 1.3)
                across = abs(end_x - start_x)
                if (end_x - start_x) * sign < 0.35 * WIDTH:
                    return None
            if behaviour == "leaves":
                start_x, end_x = end_x, (WIDTH + half * 1.3 if sign > 0 else -half * 1.3)
                across = abs(end_x - start_x)
                if (end_x - start_x) * sign < 0.35 * WIDTH:
                    return None
            inside = [p for p, hidden in ((start_x, behaviour == "enters"), (end_x, behaviour == "leaves")) if not hidden]
            if any(not half < p < WIDTH - half for p in inside):
                return None
            return Path(camera, behaviour, direction, start_x, end_y, across, turn=turn)
        # Towards or away: at least half as large or as small again.
        start_y = float(rng.uniform(low - 16, high))
        if behaviour == "turns back":
            start_y, end_y = end_y, start_y
        ratio = camera.scale(end_y) / camera.scale(start_y)
        if (ratio if direction == "towards" else 1 / ratio) < 1.5:
            return None
        start_scale = camera.scale(start_y)
        reference = camera.scale(end_y)
        x = end_x if behaviour == "turns back" else WIDTH / 2 + (end_x - WIDTH / 2) / reference * start_scale
        path = Path(camera, behaviour, direction, x, start_y, end_y=end_y, turn=turn)
        if any(not 20 < path.at(t).x < WIDTH - 20 for t in (0.0, turn, 1.0)):
            return None
        return path

    def _goal(self, rng, name, low, high):
        """A point on the ground, three times out of four a few steps from a landmark or a parked car or van."""
        anchors = [(m.x, m.y, scenery.LANDMARK_SIZE[m.name][0]) for m in self.landmarks]
        anchors += [(t.path.x, t.path.y, extent(t.name, "side")[0]) for t in self.things if t.name in ("car", "van") and t.path.direction is None] * 2
        if anchors and rng.random() < 0.8:
            x, y, width = anchors[rng.integers(len(anchors))]
            own = extent(name, "side")[0]
            row = float(np.clip(y + rng.uniform(-10, 22), low, high))
            gap = (width + own) / 2 + rng.uniform(1.0, 2.8)
            return float(x + rng.choice([-1, 1]) * gap * self.camera.scale(row)), row
        column = rng.uniform(0.08, 0.92) if rng.random() < 0.5 else rng.choice([0.15, 0.5, 0.85]) + rng.uniform(-0.06, 0.06)
        return float(column * WIDTH), float(rng.uniform(low, high))

    # -------------------------------------------------------------------------------------------------------- facts

    def seen_frames(self, index):
        """Frames in which the thing is within the picture."""
        return [f for f in range(FRAMES) if self.things[index].is_seen(f)]

    def facts(self, index, frames):
        """What is true of thing `index` over the sampled frames; of a picture when there is one."""
        thing, path = self.things[index], self.things[index].path
        boxes = [thing.box(f) for f in frames]
        single = len(frames) == 1
        leaves = path.behaviour == "leaves" and not single
        return Facts(
            thing.name,
            thing.colours,
            self.scene,
            side=self._side(boxes) if single or path.direction is None else None,
            size=self._size(boxes),
            direction=None if single else path.direction,
            behaviour=None if single else path.behaviour,
            relation=None if leaves else self.relation(index, frames[-1]),
        )

    @staticmethod
    def _side(boxes):
        centres = [(max(b.x0, 0) + min(b.x1, WIDTH)) / 2 / WIDTH for b in boxes]
        for side, low, high in (("left", -1, 0.31), ("middle", 0.40, 0.60), ("right", 0.69, 2)):
            if low <= min(centres) and max(centres) <= high:
                return side
        return None

    @staticmethod
    def _size(boxes):
        size = float(np.mean([math.sqrt(b.area / FRAME.area) for b in boxes]))
        return "small" if size < 0.055 else "large" if size > 0.24 else None

    def referents(self):
        """What there is to be near to, beside the landmarks: parked cars and vans."""
        return [t for t in self.things if t.name in ("car", "van") and t.path.direction is None]

    def relation(self, index, frame):
        """The one thing it is clearly nearest to; mostly that lies outside the focal crop, three times its own box."""
        thing = self.things[index]
        box, pose = thing.box(frame), thing.pose(frame)
        if box.within(FRAME) < 0.6:
            return None
        near = []
        for mark in self.landmarks:
            near.append((self._distance(box, pose, mark.box, mark.y, mark.scale), mark.box, Relation(mark.name)))
        for other in self.things:
            if other is thing or other.name not in VEHICLES:
                continue
            theirs = other.pose(frame)
            known = other.name in ("car", "van") and other.path.direction is None
            referent = Relation(other.name, other.colours[0]) if known else None
            near.append((self._distance(box, pose, other.box(frame), theirs.y, theirs.scale), other.box(frame), referent))
        near.sort(key=lambda entry: entry[0])
        if not near:
            return None
        distance, referent_box, relation = near[0]
        clear = len(near) == 1 or near[1][0] > 1.4 * distance + 0.6
        if relation is None or distance > 3.4 or not clear or referent_box.within(FRAME) < 0.5:
            return None
        return relation

    @staticmethod
    def _distance(box, pose, other, y, scale):
        """Metres over the ground between the edges of two things."""
        gap = max(0.0, other.x0 - box.x1, box.x0 - other.x1)
        return math.hypot(gap / (0.5 * (pose.scale + scale)), Camera.depth(pose.scale) - Camera.depth(scale))

    def present(self):
        """Everything a caption may speak of without inventing it: landmarks, and the things by class."""
        return sorted({m.name for m in self.landmarks} | {t.name for t in self.things})

    # -------------------------------------------------------------------------------------------------------- frames

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
