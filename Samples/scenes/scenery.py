"""What stands still: the backdrop of each kind of scene, the landmarks in it, and the light."""

import math
from functools import lru_cache

import cv2
import numpy as np

from camera import HEIGHT, WIDTH
from sprites import SCALE, Canvas, shade


@lru_cache(maxsize=1)
def _grain():
    """Smooth random texture, larger than a frame so that each clip takes another part of it."""
    rng = np.random.default_rng(1)
    total = np.zeros((2 * HEIGHT, 2 * WIDTH), np.float32)
    for cell, weight in ((2, 0.5), (8, 0.8), (48, 1.0)):
        coarse = rng.normal(size=(2 * HEIGHT // cell + 2, 2 * WIDTH // cell + 2)).astype(np.float32)
        total += weight * cv2.resize(coarse, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_CUBIC)
    return total


def _texture(rng, amount):
    y, x = int(rng.integers(0, HEIGHT)), int(rng.integers(0, WIDTH))
    return 1 + amount * _grain()[y : y + HEIGHT, x : x + WIDTH, None]


def _paint(picture, rows, mask, colour):
    picture[rows][mask] = colour


def _facade(picture, rng, top, bottom, wall, openings):
    """A wall with a row or two of windows."""
    picture[top:bottom] = wall
    step = int(rng.integers(44, 72))
    width, height = int(step * 0.5), int(rng.integers(26, 38))
    for x in range(int(rng.integers(-step, 0)), WIDTH, step):
        for y in range(bottom - height - 16, top - height, -(height + 24)):
            cv2.rectangle(picture, (x, y), (x + width, y + height), openings, -1)
            cv2.rectangle(picture, (x, y), (x + width, y + height), shade(wall, 0.7), 2)


def _parking_lot(picture, rng, camera):
    top, rows = camera.ground_top, np.s_[camera.ground_top :]
    x, z = camera.ground()
    picture[rows] = rng.uniform(72, 98) * np.array([1.0, 1.0, 1.02])
    bays = rng.uniform(2.8, 3.4)
    lines = (np.abs((x + 50 * bays) % bays) < 0.09) & (((z > 10.4) & (z < 13.5)) | ((z > 14.6) & (z < 17)))
    _paint(picture, rows, lines, (205, 205, 200))
    _facade(
        picture,
        rng,
        0,
        top - 14,
        np.array(rng.choice([(150, 142, 130), (138, 146, 152), (160, 138, 122)])).tolist(),
        (84, 96, 110),
    )
    picture[top - 14 : top] = (86, 112, 62)


# Metres from the camera at which a street's road begins and ends.
ROAD = (10.4, 14.6)


def _street(picture, rng, camera):
    top, rows = camera.ground_top, np.s_[camera.ground_top :]
    x, z = camera.ground()
    picture[rows] = np.array([158, 152, 144]) * rng.uniform(0.85, 1.05)
    slabs = (np.abs((x + 80) % 1.6) < 0.05) | (np.abs(z % 1.6) < 0.06)
    _paint(picture, rows, slabs, (132, 127, 121))
    near, far = ROAD
    road = (z > near) & (z < far)
    _paint(picture, rows, road, rng.uniform(66, 86))
    _paint(picture, rows, road & ((np.abs(z - near) < 0.22) | (np.abs(z - far) < 0.26)), (188, 186, 180))
    _paint(picture, rows, road & (np.abs(z - (near + far) / 2.05) < 0.13) & ((x + 60) % 3 < 1.6), (226, 222, 205))
    _facade(
        picture, rng, 0, top, np.array(rng.choice([(164, 112, 92), (176, 164, 140), (142, 136, 142)])).tolist(), (70, 82, 98)
    )


def _courtyard(picture, rng, camera):
    top, rows = camera.ground_top, np.s_[camera.ground_top :]
    x, z = camera.ground()
    tile = rng.uniform(1.1, 1.7)
    picture[rows] = np.array([190, 172, 146]) * rng.uniform(0.85, 1.0)
    checks = (np.floor(x / tile) + np.floor(z / tile)) % 2 == 0
    _paint(picture, rows, checks, np.array([168, 150, 126]) * rng.uniform(0.9, 1.0))
    side = rng.choice([-1, 1])
    lawn = (side * x > rng.uniform(2.5, 4.5)) & (z > rng.uniform(11, 13))
    _paint(picture, rows, lawn, (104, 142, 74))
    _facade(
        picture, rng, 0, top, np.array(rng.choice([(206, 186, 150), (196, 170, 150), (190, 190, 176)])).tolist(), (96, 84, 74)
    )


def _corridor(picture, rng, camera):
    top = camera.ground_top
    rows = np.s_[top:]
    x, z = camera.ground()
    picture[:] = np.array([206, 208, 204]) * rng.uniform(0.9, 1.05)
    floor = np.array(rng.choice([(176, 182, 186), (170, 178, 164), (186, 174, 164)]))
    picture[rows] = floor
    tile = rng.uniform(0.9, 1.3)
    _paint(picture, rows, (np.abs((x + 40 * tile) % tile) < 0.035) | (np.abs(z % tile) < 0.05), floor * 0.86)
    cv2.rectangle(picture, (0, top - 9), (WIDTH, top), (120, 112, 104), -1)
    cv2.rectangle(
        picture, (0, top - 66), (WIDTH, top - 58), rng.choice([(92, 130, 168), (96, 150, 120), (170, 120, 96)]).tolist(), -1
    )
    for fraction in (0.18, 0.5, 0.82):
        cx = int(WIDTH * fraction)
        cv2.rectangle(picture, (cx - 44, 8), (cx + 44, 22), (250, 250, 240), -1)


BACKDROPS = {"parking lot": _parking_lot, "street": _street, "courtyard": _courtyard, "corridor": _corridor}


def backdrop(scene, rng, camera):
    """The empty scene in daylight, float32 [HEIGHT, WIDTH, 3]."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    BACKDROPS[scene](picture, rng, camera)
    picture *= _texture(rng, 0.035)
    return np.clip(picture, 0, 255)


# ---------------------------------------------------------------------------------------------------------- landmarks

# Width and height in metres. Their marks of recognition are at least a pixel wide in the model's view, a fifth of the frame's size.
LANDMARK_SIZE = {
    "tree": (2.8, 4.6),
    "lamp post": (0.9, 4.4),
    "pay machine": (0.8, 1.7),
    "dumpster": (2.1, 1.35),
    "hedge": (2.8, 1.0),
    "bench": (1.9, 0.95),
    "mailbox": (0.9, 1.6),
    "phone booth": (1.1, 2.5),
    "fountain": (2.4, 1.5),
    "statue": (1.1, 2.9),
    "door": (1.3, 2.3),
    "potted plant": (1.1, 1.7),
    "vending machine": (1.2, 2.0),
    "pillar": (0.75, 3.6),
}


def _leaves(c, rng, x0, x1, y0, y1, radius, count):
    for shade_factor in (0.8, 1.0, 1.18):
        for _ in range(count):
            c.ellipse(
                rng.uniform(x0, x1),
                rng.uniform(y0, y1),
                radius * rng.uniform(0.6, 1),
                radius * rng.uniform(0.5, 0.9),
                shade((58, 104, 48), shade_factor),
            )


def _tree(c, rng):
    c.polygon([(-0.16, 0), (0.16, 0), (0.1, 2.2), (-0.1, 2.2)], (92, 68, 46))
    _leaves(c, rng, -0.8, 0.8, 2.3, 3.9, 0.55, 14)


def _lamp_post(c, rng):
    c.box(-0.2, 0, 0.2, 0.35, (44, 48, 54))
    c.box(-0.1, 0.35, 0.1, 3.8, (58, 62, 68))
    c.ellipse(0, 4.05, 0.31, 0.3, (255, 246, 205))


def _pay_machine(c, rng):
    c.box(-0.34, 0, 0.34, 1.6, (36, 92, 150))
    c.box(-0.26, 1.0, 0.26, 1.5, (212, 226, 232))
    c.box(-0.2, 0.55, 0.2, 0.85, (20, 40, 66))


def _dumpster(c, rng):
    c.polygon([(-0.95, 0.1), (0.95, 0.1), (1.03, 1.05), (-1.03, 1.05)], (44, 84, 58))
    c.polygon([(-1.04, 1.05), (1.04, 1.05), (0.95, 1.3), (-0.95, 1.3)], (30, 34, 36))
    for x in (-0.5, 0, 0.5):
        c.line([(x, 0.15), (x, 1.0)], (34, 66, 46), 0.06)


def _hedge(c, rng):
    c.box(-1.35, 0, 1.35, 0.8, (46, 88, 44))
    _leaves(c, rng, -1.2, 1.2, 0.2, 0.78, 0.2, 20)


def _bench(c, rng):
    for y in (0.5, 0.68, 0.84):
        c.box(-0.9, y, 0.9, y + 0.12, (146, 98, 54))
    c.box(-0.95, 0.38, 0.95, 0.48, (120, 80, 46))
    for x in (-0.75, 0.75):
        c.box(x - 0.06, 0, x + 0.06, 0.4, (50, 50, 54))


def _mailbox(c, rng):
    c.box(-0.09, 0, 0.09, 0.5, (60, 60, 64))
    c.box(-0.4, 0.45, 0.4, 1.45, (36, 70, 140))
    c.ellipse(0, 1.44, 0.4, 0.13, (44, 84, 160))
    c.box(-0.28, 1.08, 0.28, 1.22, (235, 235, 228))


def _phone_booth(c, rng):
    c.box(-0.5, 0, 0.5, 2.45, (176, 30, 36))
    for y in (0.5, 1.1, 1.7):
        c.box(-0.38, y, -0.04, y + 0.48, (176, 200, 206))
        c.box(0.04, y, 0.38, y + 0.48, (176, 200, 206))


def _fountain(c, rng):
    c.ellipse(0, 0.3, 1.15, 0.3, (170, 168, 162))
    c.ellipse(0, 0.38, 1.0, 0.22, (110, 168, 206))
    c.box(-0.1, 0.35, 0.1, 1.0, (170, 168, 162))
    c.ellipse(0, 1.0, 0.36, 0.1, (176, 174, 168))
    for x in (-0.4, -0.2, 0.2, 0.4):
        c.line([(0, 1.4), (x, 1.2), (x * 1.5, 0.45)], (206, 230, 242), 0.05)


def _statue(c, rng):
    c.box(-0.5, 0, 0.5, 1.0, (206, 204, 196))
    c.box(-0.42, 1.0, 0.42, 1.12, (176, 174, 168))
    c.polygon([(-0.24, 1.12), (0.24, 1.12), (0.3, 2.3), (-0.3, 2.3)], (64, 132, 108))
    c.ellipse(0, 2.5, 0.18, 0.21, (64, 132, 108))
    c.line([(0.26, 2.2), (0.46, 2.75)], (64, 132, 108), 0.14)


def _door(c, rng):
    c.box(-0.62, 0, 0.62, 2.28, (92, 64, 44))
    c.box(-0.52, 0, 0.52, 2.18, (136, 92, 58))
    c.ellipse(0.38, 1.0, 0.06, 0.06, (226, 196, 90))


def _potted_plant(c, rng):
    c.polygon([(-0.24, 0), (0.24, 0), (0.32, 0.55), (-0.32, 0.55)], (178, 96, 62))
    _leaves(c, rng, -0.32, 0.32, 0.75, 1.45, 0.2, 10)


def _vending_machine(c, rng):
    c.box(-0.58, 0.05, 0.58, 1.98, (24, 120, 150))
    c.box(-0.48, 0.75, 0.22, 1.85, (224, 244, 248))
    for y in (0.95, 1.25, 1.55):
        for i, x in enumerate((-0.38, -0.18, 0.02)):
            c.box(x, y, x + 0.13, y + 0.2, ((200, 60, 50), (60, 150, 70), (230, 180, 50))[i])
    c.box(-0.4, 0.25, 0.4, 0.5, (14, 50, 66))


def _pillar(c, rng):
    c.box(-0.36, 0, 0.36, 0.2, (150, 128, 100))
    c.box(-0.29, 0.2, 0.29, 3.6, (188, 164, 130))
    c.box(0.1, 0.2, 0.29, 3.6, (160, 138, 108))


@lru_cache(maxsize=256)
def _drawn_landmark(name, variant):
    canvas = Canvas(*LANDMARK_SIZE[name])
    globals()["_" + name.replace(" ", "_")](canvas, np.random.default_rng(variant))
    return canvas.pixels


def landmark(name, variant, pixels_per_metre):
    """RGBA picture of a landmark at its size in the frame, as `sprites.sprite`."""
    drawn = _drawn_landmark(name, variant)
    height, width = (max(2, round(n * pixels_per_metre / SCALE)) for n in drawn.shape[:2])
    return cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)


# -------------------------------------------------------------------------------------------------------------- light

LIGHTS = ("day", "dusk", "night")


def light_map(light, scene, rng, lamps):
    """What the finished picture is multiplied with, [HEIGHT, WIDTH, 3]. `lamps`: (x, y, radius) of pools of light at night."""
    if scene == "corridor":
        light = "day" if light == "day" else "dusk"
    gains = {"day": (1.0, 1.0, 1.0), "dusk": (0.88, 0.78, 0.72), "night": (0.58, 0.6, 0.68)}[light]
    gain = np.ones((HEIGHT, WIDTH, 3), np.float32) * np.array(gains, np.float32) * rng.uniform(0.93, 1.05)
    slope = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :, None] * rng.uniform(-0.08, 0.08)
    gain *= 1 + slope
    if light == "night":
        ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        for x, y, radius in lamps:
            pool = np.exp(-(((xs - x) / radius) ** 2 + ((ys - y) / (radius * 0.7)) ** 2))
            gain += pool[..., None] * np.array((0.34, 0.3, 0.2), np.float32)
    return np.minimum(gain, 1.1)


def shadow_of(width, light, scene):
    """How dark and how far a thing's shadow is: (strength, lean in metres, height)."""
    if light == "day" and scene != "corridor":
        return 0.42, 0.28 * width, 0.16
    return 0.3, 0.0, 0.1


def angle_step(distance):
    """Walking phase after so many metres: a stride of about 1.5 metres."""
    return distance / 1.5 * math.tau
