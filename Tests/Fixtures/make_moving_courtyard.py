#!/usr/bin/env python3
"""Shows the sample clip through a virtual moving camera, with masks moved exactly, to measure mask propagation where no
pixel keeps its place:

    python3 Tests/Fixtures/make_moving_courtyard.py OUT
    damvideo track OUT/fast/clip.mp4 --masks OUT/fast/masks --from-frame 0 --evaluate OUT/fast/masks

Makes OUT/{pan,shake,fast}: the camera pans, zooms and turns; shakes with motion blur, every third frame; sweeps with motion
blur, every fourth frame. Needs opencv-python, numpy, Pillow and the ffmpeg program. The motions are formulas of the frame
number and one seeded table, so the pictures are the same each time.
"""
import math
import pathlib
import subprocess
import sys

import cv2
import numpy as np
from PIL import Image

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Samples" / "courtyard"
SHAKE = np.random.default_rng(5).normal(0, 1, (200, 3))


def shake(frame, axis):
    """Smooth random motion of deviation 1."""
    index = math.floor(frame)
    return (1 - frame + index) * SHAKE[index + 20, axis] + (frame - index) * SHAKE[index + 21, axis]


def pan(t):
    return 384 + 150 * math.sin(t / 14), 288 + 60 * math.sin(t / 19), 1.5 + 0.35 * math.sin(t / 17), 0.12 * math.sin(t / 11)


def hand(t):
    x = 384 + 130 * math.sin(t / 12) + 7 * shake(t, 0)
    y = 300 + 40 * math.sin(t / 9) + 7 * shake(t, 1)
    return x, y, 1.7 + 0.3 * math.sin(t / 13), 0.06 * math.sin(t / 7) + 0.015 * shake(t, 2)


def sweep(t):
    return 380 + 160 * math.sin(t / 9 + 1), 270 + 70 * math.cos(t / 13), 1.9, 0.1 * math.sin(t / 8)


def view(camera, t, width, height):
    """The affine map from the sample's pixels to the camera's."""
    x, y, zoom, angle = camera(t)
    cos, sin = math.cos(angle) * zoom, math.sin(angle) * zoom
    return np.float64([[cos, -sin, width / 2 - cos * x + sin * y], [sin, cos, height / 2 - sin * x - cos * y]])


def make(folder, frames, masks, camera, step, size, blur):
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    encoder = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", "24",
         "-i", "-", "-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p", "-g", "48", str(folder / "clip.mp4")],
        stdin=subprocess.PIPE)
    for number, index in enumerate(range(0, len(frames), step)):
        moments = np.linspace(-blur / 2, blur / 2, 5) * step if blur else [0]
        shown = np.mean([
            cv2.warpAffine(frames[index], view(camera, index + moment, *size), size, borderMode=cv2.BORDER_REFLECT)
            for moment in moments], axis=0)
        encoder.stdin.write(np.clip(shown + 0.5, 0, 255).astype(np.uint8).tobytes())
        mask = cv2.warpAffine(masks[index], view(camera, index, *size), size, flags=cv2.INTER_NEAREST)
        Image.fromarray(mask).save(folder / "masks" / f"{number:05d}.png")
    encoder.stdin.close()
    if encoder.wait() != 0:
        sys.exit("ffmpeg failed")


def main(output):
    capture, frames = cv2.VideoCapture(str(SAMPLE / "clip.mp4")), []
    while True:
        found, frame = capture.read()
        if not found:
            break
        frames.append(frame)
    masks = [np.array(Image.open(SAMPLE / "masks" / f"{index:05d}.png")) for index in range(len(frames))]
    make(output / "pan", frames, masks, pan, 2, (640, 480), 0)
    make(output / "shake", frames, masks, hand, 3, (640, 480), 0.5)
    make(output / "fast", frames, masks, sweep, 4, (854, 480), 0.4)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
