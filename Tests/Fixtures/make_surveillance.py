#!/usr/bin/env python3
"""A quiet fixed-camera clip with people who pass now and then, to measure what motion alone finds in long footage:

    python3 Tests/Fixtures/make_surveillance.py hour OUT      36,000 frames of day, 50 events, 0.8 GB
    python3 Tests/Fixtures/make_surveillance.py night OUT     1,200 frames of noise and rain, a lamp switched on half way, 5 events
    damvideo track OUT/hour.mp4 --evaluate OUT/hour.txt

The scene is the sample clip's without its people, 640x480 at 10 frames a second; they are cut out of it and pass one at a time, some
stopping on the way. Writes OUT/NAME.mp4 and OUT/NAME.txt, their boxes as MOTChallenge text. Needs opencv-python, numpy, Pillow and the
ffmpeg program. Everything random is seeded.
"""
import argparse
import pathlib
import random
import subprocess

import cv2
import numpy as np
from PIL import Image

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Samples" / "courtyard"
WIDTH, HEIGHT = 640, 480
# Tracks of the sample that are whole people, and pixels below which one is cut off by the picture's edge.
PEOPLE, SMALLEST = (1, 3, 4, 5), 800


def scaled(picture, scale=None):
    x, y = scale or (WIDTH / picture.shape[1], HEIGHT / picture.shape[0])
    return cv2.resize(picture, None, fx=x, fy=y, interpolation=cv2.INTER_AREA)


def scene():
    """The still scene, and of each person the pictures and masks of a walk."""
    reader, frames = cv2.VideoCapture(str(SAMPLE / "clip.mp4")), []
    while (frame := reader.read())[0]:
        frames.append(frame[1])
    scale = WIDTH / frames[0].shape[1], HEIGHT / frames[0].shape[0]
    walks = {}
    for number, frame in enumerate(frames):
        labels = np.array(Image.open(SAMPLE / "masks" / f"{number:05d}.png"))
        for person in PEOPLE:
            mask = labels == person
            if mask.sum() < SMALLEST:
                continue
            rows, columns = np.where(mask)
            part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
            walks.setdefault(person, []).append((scaled(frame[part], scale), scaled(mask[part].astype(np.float32), scale)))
    return scaled(np.median(np.stack(frames), 0).astype(np.uint8)).astype(np.float32), walks


def events(walks, count, pauses):
    """(first frame, frames of walking, frames of standing half way, person, start, end) of each event."""
    rng, made = random.Random(5), []
    first = rng.randint(*(pauses[0] // 2, pauses[1] // 2))
    for _ in range(count):
        person, frames, stands = rng.choice(sorted(walks)), rng.randint(60, 160), rng.choice([0, 0, 0, 0, 200])
        row, is_rightwards = rng.randint(150, 360), rng.choice([False, True])
        columns = (-40, WIDTH + 10) if is_rightwards else (WIDTH + 10, -40)
        made.append((first, frames, stands, person, (columns[0], row), (columns[1], row + rng.randint(-60, 60))))
        first += rng.randint(*pauses)
    return made


def draw(picture, event, walks, frame):
    """Draws an event into a frame. Returns the visible box as (left, top, width, height), or None."""
    first, frames, stands, person, start, end = event
    place = frame - first
    if not 0 <= place < frames + stands:
        return None
    half = frames // 2
    walked = place if place < half else half if place < half + stands else place - stands
    x, y = (int(a + (b - a) * (walked / frames)) for a, b in zip(start, end))
    cut, mask = walks[person][walked % len(walks[person])]
    height, width = mask.shape
    y -= height // 2
    left, right, top, bottom = max(0, x), min(WIDTH, x + width), max(0, y), min(HEIGHT, y + height)
    if right - left < 3 or bottom - top < 3:
        return None
    inside = slice(top - y, bottom - y), slice(left - x, right - x)
    share = mask[inside][..., None]
    picture[top:bottom, left:right] = picture[top:bottom, left:right] * (1 - share) + cut[inside] * share
    return left, top, right - left, bottom - top


def day(frames):
    """Light that changes slowly, and a little noise."""
    rng = np.random.default_rng(1)
    noise = [rng.normal(0, 2.5, (HEIGHT, WIDTH, 1)).astype(np.float32) for _ in range(23)]
    return lambda picture, frame: picture * (1 + 0.12 * np.sin(2 * np.pi * frame / 13000)) + noise[int(rng.integers(23))]


def night(frames):
    """A dark scene with strong noise and rain; a lamp lights a part of it from the middle of the clip on."""
    rng = np.random.default_rng(2)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    lamp = 0.5 * np.exp(-((columns - 420) ** 2 + (rows - 160) ** 2) / 240**2)[..., None].astype(np.float32)

    def weather(picture, frame):
        picture = picture * (0.25 + (lamp if frame >= frames // 2 else 0)) + rng.normal(0, 7, picture.shape).astype(np.float32)
        drops = np.zeros((HEIGHT, WIDTH), np.uint8)
        for x, y in rng.integers(0, (WIDTH, HEIGHT), (150, 2)):
            cv2.line(drops, (int(x), int(y)), (int(x) + 3, int(y) + 14), 40, 1)
        return picture + drops[..., None]

    return weather


KINDS = {"hour": (36000, 50, (400, 1000), day), "night": (1200, 5, (180, 240), night)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("out", type=pathlib.Path)
    options = parser.parse_args()
    frames, count, pauses, look = KINDS[options.kind]
    still, walks = scene()
    passing, look, boxes = events(walks, count, pauses), look(frames), []
    options.out.mkdir(parents=True, exist_ok=True)
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{WIDTH}x{HEIGHT}", "-r", "10", "-i", "-"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-pix_fmt", "yuv420p", "-g", "50", "-threads", "1"]
    writer = subprocess.Popen([*command, str(options.out / f"{options.kind}.mp4")], stdin=subprocess.PIPE)
    for frame in range(frames):
        picture = still.copy()
        for number, event in enumerate(passing):
            if box := draw(picture, event, walks, frame):
                boxes.append(",".join(map(str, (frame + 1, number + 1, *box, 1, -1, -1, -1))))
        writer.stdin.write(np.clip(look(picture, frame), 0, 255).astype(np.uint8).tobytes())
    writer.stdin.close()
    if writer.wait():
        raise SystemExit("ffmpeg failed")
    (options.out / f"{options.kind}.txt").write_text("\n".join(boxes) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
