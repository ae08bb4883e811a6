"""Draws one object, upright, as a small RGBA picture: what it is must be told from its shape, at 15 pixels and at 150.

A sprite is drawn in metres on a canvas of `SCALE` pixels a metre with its feet at the bottom centre, then resized to the size
it has in the frame. Poses (legs, wheels) change with `phase`, so that things move as they go.
"""

import math
from functools import lru_cache

import cv2
import numpy as np

SCALE = 64
# Width and height of each class in metres, seen from the side and along its way.
SIDE = {
    "person": (1.0, 1.8),
    "car": (3.7, 1.4),
    "van": (3.9, 2.1),
    "truck": (5.4, 2.7),
    "bicycle": (1.8, 1.85),
    "dog": (1.15, 0.85),
    "suitcase": (0.62, 0.95),
    "ball": (0.55, 0.55),
}
FRONT = SIDE | {"car": (1.75, 1.4), "van": (1.9, 2.15), "truck": (2.2, 2.8), "bicycle": (0.8, 1.85), "dog": (0.5, 0.85)}

TYRE, RIM, GLASS = (28, 28, 30), (150, 150, 155), (96, 122, 140)
HEADLIGHT, TAILLIGHT = (255, 248, 205), (190, 20, 20)
SKINS = ((236, 188, 150), (198, 140, 100), (120, 78, 52))
HAIR = (52, 38, 30)
BAG = (92, 62, 38)


def shade(colour, factor):
    return tuple(int(min(255, max(0, c * factor))) for c in colour)


class Canvas:
    """Antialiased drawing in metres, x to the right from the middle, y up from the ground."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.pixels = np.zeros((round(height * SCALE), round(width * SCALE), 4), np.uint8)

    def _point(self, x, y):
        return round((x + self.width / 2) * SCALE * 16), round((self.height - y) * SCALE * 16)

    def polygon(self, points, colour):
        cv2.fillPoly(self.pixels, [np.array([self._point(*p) for p in points], np.int32)], (*colour, 255), cv2.LINE_AA, 4)

    def box(self, x0, y0, x1, y1, colour):
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def ellipse(self, x, y, rx, ry, colour):
        axes = (round(rx * SCALE * 16), round(ry * SCALE * 16))
        cv2.ellipse(self.pixels, self._point(x, y), axes, 0, 0, 360, (*colour, 255), -1, cv2.LINE_AA, 4)

    def line(self, points, colour, thickness):
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            cv2.line(
                self.pixels,
                self._point(ax, ay),
                self._point(bx, by),
                (*colour, 255),
                max(1, round(thickness * SCALE)),
                cv2.LINE_AA,
                4,
            )

    def wheel(self, x, y, radius):
        self.ellipse(x, y, radius, radius, TYRE)
        self.ellipse(x, y, radius * 0.5, radius * 0.5, RIM)


# Each function draws facing right ("side"), towards the camera ("towards") or away from it ("away").


def person(c, colours, view, phase, look):
    jacket, trousers = colours
    skin = SKINS[look["skin"]]
    stride = 0.24 * math.sin(phase) if view == "side" else 0.0
    lift = 0.08 * math.sin(phase)
    hips = 0.0 if view == "side" else 0.11
    for sign in (-1, 1):
        foot = (sign * (hips + stride), 0.05 + max(0.0, sign * lift))
        c.line(
            [(sign * hips, 0.86), ((foot[0] + sign * hips) / 2 + 0.03, 0.46), foot],
            shade(trousers, 0.82 if sign < 0 else 1.0),
            0.19,
        )
        c.line([(foot[0] - 0.04, foot[1]), (foot[0] + 0.1, foot[1])], (40, 36, 34), 0.09)
    half = 0.17 if view == "side" else 0.25
    c.line([(-half, 1.36), (-half - 0.05 - stride * 0.8, 0.9)], shade(jacket, 0.78), 0.14)
    c.polygon(
        [(-half, 0.8), (half, 0.8), (half + 0.03, 1.42), (half - 0.08, 1.5), (-half + 0.08, 1.5), (-half - 0.03, 1.42)], jacket
    )
    c.line([(half, 1.36), (half + 0.05 + stride * 0.8, 0.9)], shade(jacket, 0.86), 0.14)
    c.ellipse(0, 1.63, 0.13, 0.16, HAIR if view == "away" else skin)
    c.ellipse(-0.03 if view == "side" else 0, 1.71, 0.13, 0.09, HAIR)
    if look["bag"]:
        c.box(half + 0.01, 0.42, half + 0.25, 0.8, BAG)
        c.line([(half + 0.13, 0.8), (half + 0.1, 0.92)], shade(BAG, 0.7), 0.04)


def car(c, colours, view, phase, look):
    body, dark = colours[0], shade(colours[0], 0.72)
    if view == "side":
        c.polygon([(-1.05, 0.8), (-0.7, 1.36), (0.45, 1.36), (0.95, 0.8)], body)
        c.polygon([(-0.88, 0.84), (-0.62, 1.26), (-0.15, 1.26), (-0.15, 0.84)], GLASS)
        c.polygon([(-0.05, 0.84), (-0.05, 1.26), (0.38, 1.26), (0.76, 0.84)], GLASS)
        c.polygon([(-1.78, 0.32), (1.8, 0.32), (1.82, 0.66), (1.0, 0.86), (-1.5, 0.88), (-1.8, 0.78)], body)
        c.box(-1.78, 0.28, 1.8, 0.38, dark)
        c.box(1.66, 0.55, 1.82, 0.68, HEADLIGHT)
        c.box(-1.8, 0.62, -1.66, 0.78, TAILLIGHT)
        c.wheel(-1.12, 0.33, 0.33)
        c.wheel(1.12, 0.33, 0.33)
        return
    c.box(-0.8, 0.0, -0.5, 0.4, TYRE)
    c.box(0.5, 0.0, 0.8, 0.4, TYRE)
    c.polygon([(-0.62, 1.36), (0.62, 1.36), (0.8, 0.85), (-0.8, 0.85)], body)
    c.polygon([(-0.55, 1.28), (0.55, 1.28), (0.68, 0.9), (-0.68, 0.9)], GLASS)
    c.box(-0.85, 0.28, 0.85, 0.88, body)
    c.box(-0.85, 0.24, 0.85, 0.36, dark)
    lamp = HEADLIGHT if view == "towards" else TAILLIGHT
    c.box(-0.8, 0.55, -0.5, 0.72, lamp)
    c.box(0.5, 0.55, 0.8, 0.72, lamp)


def van(c, colours, view, phase, look):
    body, dark = colours[0], shade(colours[0], 0.72)
    if view == "side":
        c.polygon(
            [(-1.9, 0.32), (1.9, 0.32), (1.9, 0.85), (1.55, 1.15), (1.2, 2.0), (1.05, 2.06), (-1.82, 2.06), (-1.9, 1.95)], body
        )
        c.polygon([(0.62, 1.2), (0.62, 1.85), (1.12, 1.85), (1.4, 1.2)], GLASS)
        c.line([(0.5, 0.4), (0.5, 2.0)], dark, 0.04)
        c.line([(-0.75, 0.4), (-0.75, 2.0)], dark, 0.04)
        c.box(-1.9, 0.28, 1.9, 0.4, dark)
        c.box(1.74, 0.68, 1.9, 0.84, HEADLIGHT)
        c.box(-1.9, 0.7, -1.78, 1.1, TAILLIGHT)
        c.wheel(-1.2, 0.35, 0.35)
        c.wheel(1.22, 0.35, 0.35)
        return
    c.box(-0.86, 0.0, -0.55, 0.45, TYRE)
    c.box(0.55, 0.0, 0.86, 0.45, TYRE)
    c.polygon([(-0.92, 0.3), (0.92, 0.3), (0.92, 1.25), (0.8, 2.08), (-0.8, 2.08), (-0.92, 1.25)], body)
    c.box(-0.92, 0.26, 0.92, 0.4, dark)
    if view == "towards":
        c.polygon([(-0.76, 1.25), (0.76, 1.25), (0.68, 1.85), (-0.68, 1.85)], GLASS)
    else:
        c.box(-0.66, 1.35, -0.08, 1.85, GLASS)
        c.box(0.08, 1.35, 0.66, 1.85, GLASS)
        c.line([(0, 0.4), (0, 2.0)], dark, 0.04)
    lamp = HEADLIGHT if view == "towards" else TAILLIGHT
    c.box(-0.86, 0.62, -0.58, 0.85, lamp)
    c.box(0.58, 0.62, 0.86, 0.85, lamp)


def truck(c, colours, view, phase, look):
    cab, load = colours
    if view == "side":
        c.box(-2.65, 0.72, 1.15, 2.66, load)
        for x in (-1.7, -0.75, 0.2):
            c.line([(x, 0.8), (x, 2.6)], shade(load, 0.85), 0.04)
        c.box(-2.65, 0.5, 2.4, 0.72, (58, 58, 62))
        c.polygon([(1.35, 0.5), (2.65, 0.5), (2.65, 1.25), (2.3, 2.1), (1.35, 2.1)], cab)
        c.polygon([(1.75, 1.3), (1.75, 1.95), (2.24, 1.95), (2.5, 1.3)], GLASS)
        c.box(2.5, 0.72, 2.65, 0.9, HEADLIGHT)
        for x in (-2.0, -1.2, 1.85):
            c.wheel(x, 0.42, 0.42)
        return
    c.box(-1.0, 0.0, -0.6, 0.6, TYRE)
    c.box(0.6, 0.0, 1.0, 0.6, TYRE)
    c.box(-1.08, 0.6, 1.08, 2.76, load)
    if view == "towards":
        c.box(-0.92, 0.4, 0.92, 1.95, cab)
        c.box(-0.78, 1.2, 0.78, 1.8, GLASS)
        c.box(-0.86, 0.62, -0.55, 0.85, HEADLIGHT)
        c.box(0.55, 0.62, 0.86, 0.85, HEADLIGHT)
    else:
        # From behind the cab shows as the frame around the doors.
        c.box(-1.08, 0.45, 1.08, 0.95, cab)
        c.line([(0, 0.95), (0, 2.7)], shade(load, 0.75), 0.05)
        c.box(-1.02, 0.6, -0.75, 0.85, TAILLIGHT)
        c.box(0.75, 0.6, 1.02, 0.85, TAILLIGHT)


def bicycle(c, colours, view, phase, look):
    frame, skin, dark = colours[0], SKINS[look["skin"]], (46, 46, 52)
    if view == "side":
        for x in (-0.52, 0.52):
            c.ellipse(x, 0.36, 0.36, 0.36, TYRE)
            c.ellipse(x, 0.36, 0.27, 0.27, RIM)
            c.ellipse(x, 0.36, 0.08, 0.08, TYRE)
        c.line([(-0.52, 0.36), (-0.15, 0.8), (0.4, 0.82), (0.52, 0.36)], frame, 0.1)
        c.line([(-0.15, 0.8), (0.02, 0.36), (0.4, 0.82)], frame, 0.1)
        c.line([(0.4, 0.82), (0.46, 1.0)], dark, 0.07)
        knee = (0.2, 0.62 + 0.1 * math.sin(phase))
        c.line([(-0.15, 0.92), knee, (0.03, 0.22 + 0.1 * math.sin(phase))], dark, 0.14)
        c.polygon([(-0.3, 0.88), (0.0, 0.86), (0.26, 1.36), (0.02, 1.46)], frame)
        c.line([(0.12, 1.34), (0.44, 1.0)], shade(frame, 0.8), 0.11)
        c.ellipse(0.22, 1.58, 0.13, 0.15, skin)
        c.ellipse(0.2, 1.66, 0.14, 0.09, frame)
        return
    c.box(-0.06, 0.0, 0.06, 0.7, TYRE)
    c.line([(-0.14, 0.95), (-0.14, 0.35 + 0.1 * math.sin(phase))], dark, 0.13)
    c.line([(0.14, 0.95), (0.14, 0.35 - 0.1 * math.sin(phase))], dark, 0.13)
    c.line([(-0.34, 1.0), (0.34, 1.0)], dark, 0.06)
    c.polygon([(-0.2, 0.88), (0.2, 0.88), (0.24, 1.44), (-0.24, 1.44)], frame)
    c.line([(-0.24, 1.38), (-0.34, 1.02)], shade(frame, 0.8), 0.11)
    c.line([(0.24, 1.38), (0.34, 1.02)], shade(frame, 0.8), 0.11)
    c.ellipse(0, 1.58, 0.13, 0.15, skin if view == "towards" else HAIR)
    c.ellipse(0, 1.68, 0.14, 0.09, frame)


def dog(c, colours, view, phase, look):
    fur, dark = colours[0], shade(colours[0], 0.75) if sum(colours[0]) > 150 else (62, 58, 58)
    if view == "side":
        swing = 0.09 * math.sin(phase)
        for x, s in ((-0.34, 1), (-0.22, -1), (0.2, -1), (0.32, 1)):
            c.line([(x, 0.36), (x + s * swing, 0.04)], dark if s < 0 else fur, 0.09)
        c.ellipse(0, 0.42, 0.42, 0.16, fur)
        c.line([(-0.38, 0.48), (-0.52, 0.68)], fur, 0.07)
        c.line([(0.3, 0.48), (0.4, 0.66)], fur, 0.16)
        c.ellipse(0.43, 0.69, 0.12, 0.1, fur)
        c.line([(0.46, 0.66), (0.54, 0.64)], dark, 0.09)
        c.polygon([(0.33, 0.74), (0.37, 0.84), (0.44, 0.77)], dark)
        return
    for x in (-0.13, 0.13):
        c.line([(x, 0.34), (x, 0.04 + max(0.0, math.copysign(0.05, x) * math.sin(phase)))], dark, 0.09)
    c.ellipse(0, 0.4, 0.2, 0.2, fur)
    if view == "towards":
        c.ellipse(0, 0.64, 0.13, 0.13, fur)
        c.ellipse(0, 0.58, 0.06, 0.05, dark)
        c.polygon([(-0.15, 0.7), (-0.12, 0.83), (-0.04, 0.75)], dark)
        c.polygon([(0.15, 0.7), (0.12, 0.83), (0.04, 0.75)], dark)
    else:
        c.line([(0, 0.5), (0.06, 0.78)], fur, 0.08)


def suitcase(c, colours, view, phase, look):
    body, dark = colours[0], shade(colours[0], 0.7) if sum(colours[0]) > 150 else (70, 70, 74)
    c.line([(-0.12, 0.7), (-0.12, 0.91), (0.12, 0.91), (0.12, 0.7)], (90, 90, 94), 0.05)
    c.box(-0.27, 0.07, 0.27, 0.73, body)
    for x in (-0.13, 0.0, 0.13):
        c.line([(x, 0.13), (x, 0.67)], dark, 0.03)
    c.ellipse(-0.2, 0.06, 0.06, 0.06, TYRE)
    c.ellipse(0.2, 0.06, 0.06, 0.06, TYRE)


def ball(c, colours, view, phase, look):
    body = colours[0]
    c.ellipse(0, 0.27, 0.265, 0.265, body)
    band = shade(body, 0.7) if sum(body) > 150 else (70, 70, 74)
    x, y = 0.12 * math.cos(phase), 0.27 - 0.12 * math.sin(phase)
    c.ellipse(x, y, 0.06, 0.06, band)
    c.ellipse(-x, 0.54 - y, 0.06, 0.06, band)


DRAW = {f.__name__: f for f in (person, car, van, truck, bicycle, dog, suitcase, ball)}


def extent(name, view):
    """Width and height in metres."""
    return (SIDE if view == "side" else FRONT)[name]


@lru_cache(maxsize=4096)
def _drawn(name, colours, view, phase_step, look):
    canvas = Canvas(*extent(name, view))
    DRAW[name](canvas, colours, view, phase_step * math.tau / 8, dict(look))
    return canvas.pixels


def sprite(name, colours, view, phase, look, pixels_per_metre):
    """RGBA picture of an object at its size in the frame. `view`: left, right, towards or away. Alpha is not multiplied in."""
    side = "side" if view in ("left", "right") else view
    drawn = _drawn(name, colours, side, int(phase / math.tau * 8) % 8, tuple(sorted(look.items())))
    height, width = (max(2, round(n * pixels_per_metre / SCALE)) for n in drawn.shape[:2])
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    return small[:, ::-1] if view == "left" else small
