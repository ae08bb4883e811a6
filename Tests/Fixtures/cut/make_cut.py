"""Writes clip.mp4, a clip that was cut off in the middle (its index is in front and promises 20 frames), and masks/,
label PNGs for all 20: object 1 in every frame, object 2 only in the last four. Needs ffmpeg 5.1 with libx264 and Pillow.
"""
import pathlib
import subprocess

from PIL import Image, ImageDraw

here = pathlib.Path(__file__).parent
whole = here / "whole.mp4"
subprocess.run(
    ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10", "-frames:v", "20",
     "-c:v", "libx264", "-g", "4", "-bf", "0", "-pix_fmt", "yuv420p", "-movflags", "+faststart", whole], check=True)
data = whole.read_bytes()
start = data.index(b"mdat")
(here / "clip.mp4").write_bytes(data[: start + (len(data) - start) // 2])
whole.unlink()

(here / "masks").mkdir(exist_ok=True)
for frame in range(20):
    image = Image.new("P", (64, 48), 0)
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    draw = ImageDraw.Draw(image)
    draw.rectangle((frame, 5, frame + 12, 20), fill=1)
    if frame >= 16:
        draw.rectangle((40, 30, 50, 40), fill=2)
    image.save(here / "masks" / f"{frame:05}.png")
