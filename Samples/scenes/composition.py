"""Puts a clip together: what stands where, and who goes which way."""

from dataclasses import replace

import numpy as np

import scenery
from camera import HEIGHT, WIDTH, Camera
from motion import Path
from sprites import SKINS, extent
from things import FRAMES, Landmark, Thing
from vocabulary import COLOURS, FUR, LANDMARKS, POPULATION, REPERTOIRE, TWO_TONE, VEHICLES

# What may go or stand side by side with what.
COMPANIONS = {
    "person": ("person", "person", "person", "dog"),
    "dog": ("dog", "person"),
    "ball": ("ball",),
    "suitcase": ("suitcase",),
    "bicycle": ("bicycle",),
    "car": ("car",),
}


def _draw(rng, weights):
    """One of the keys, by weight."""
    shares = np.array(list(weights.values()), float)
    return str(rng.choice(list(weights), p=shares / shares.sum()))


class Composition:
    """Landmarks and things of one scene, drawn from `rng`."""

    def __init__(self, scene, rng):
        self.scene = scene
        self.camera = Camera.random(rng)
        self.landmarks = self._place_landmarks(rng)
        self.things = []
        count = int(rng.integers(2, 6))
        if scene in ("parking lot", "street") and rng.random() < 0.6:
            self._add(rng, parked=True)
        for _ in range(20):
            if len(self.things) >= count:
                break
            self._add(rng, last=len(self.things) >= count - 1)

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
        if not last and name in COMPANIONS and rng.random() < 0.5:
            self._add_companion(rng, thing)

    def _add_companion(self, rng, thing):
        """Another thing that touches this one and does the same: only the mask tells which of the two is meant."""
        path = thing.path
        name = str(rng.choice(COMPANIONS[thing.name]))
        if path.behaviour not in REPERTOIRE[name]:
            return
        scale = self.camera.scale(path.y)
        view = "side" if path.direction in (None, "left", "right") else path.direction
        widths = sum(extent(n, view)[0] for n in (thing.name, name)) * scale
        closer = 0.75 if "person" in (name, thing.name) else 1
        gap = rng.uniform(0.3, 0.52) * widths * rng.choice([-1, 1]) * closer
        dy = rng.uniform(3, 7) * rng.choice([-1, 1])
        if path.behaviour in ("enters", "leaves"):
            return
        moved = replace(path, x=path.x + gap, y=path.y + dy, end_y=path.end_y + dy)
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
                start_x = -half * 1.3 if sign > 0 else WIDTH + half * 1.3
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
        anchors += [
            (t.path.x, t.path.y, extent(t.name, "side")[0])
            for t in self.things
            if t.name in ("car", "van") and t.path.direction is None
        ] * 2
        if anchors and rng.random() < 0.8:
            x, y, width = anchors[rng.integers(len(anchors))]
            own = extent(name, "side")[0]
            row = float(np.clip(y + rng.uniform(-10, 22), low, high))
            gap = (width + own) / 2 + rng.uniform(1.0, 2.8)
            return float(x + rng.choice([-1, 1]) * gap * self.camera.scale(row)), row
        column = rng.uniform(0.08, 0.92) if rng.random() < 0.5 else rng.choice([0.15, 0.5, 0.85]) + rng.uniform(-0.06, 0.06)
        return float(column * WIDTH), float(rng.uniform(low, high))
