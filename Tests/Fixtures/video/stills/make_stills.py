#!/usr/bin/env python3
"""Makes the stills in this folder, and expected.json: what Pillow reads from each (made with Pillow 13 and numpy 2).

Kinds of PNG that Pillow cannot write (16 bits a channel) are written here byte by byte and checked with Pillow where it can.
"""
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 23, 17  # odd, so that rows of less than 8 bits a pixel end inside a byte


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(path, color_type, depth, rows):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, color_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def main():
    random = np.random.default_rng(5)
    rgb = random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    alpha = random.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
    alpha[alpha == 3] = 255  # 0, 1, 2 and 255: one step above nothing is inside
    grey = rgb[..., 0]
    expected = {}

    def note(name, picture, mask=None):
        assert picture.shape == (HEIGHT, WIDTH, 3)
        expected[name] = {"rgb": picture.tobytes().hex(), "alpha": None if mask is None else (mask > 0).astype(np.uint8).tobytes().hex()}

    Image.fromarray(rgb).save(HERE / "rgb.png")
    note("rgb.png", rgb)
    Image.fromarray(np.dstack([rgb, alpha])).save(HERE / "rgba.png")
    note("rgba.png", rgb, alpha)
    Image.fromarray(grey).save(HERE / "grey.png")
    note("grey.png", np.dstack([grey] * 3))
    Image.fromarray(np.dstack([grey, alpha])).save(HERE / "grey_alpha.png")
    note("grey_alpha.png", np.dstack([grey] * 3), alpha)
    bits = grey > 127
    Image.fromarray(bits).save(HERE / "black_and_white.png")
    note("black_and_white.png", np.dstack([bits * np.uint8(255)] * 3))

    palette = random.integers(0, 256, (16, 3), dtype=np.uint8)
    indices = random.integers(0, 16, (HEIGHT, WIDTH)).astype(np.uint8)
    picture = Image.fromarray(indices, "P")
    picture.putpalette(palette.tobytes())
    picture.save(HERE / "palette.png")
    note("palette.png", palette[indices])
    see_through = bytes([0, 128, 255, 0] + [255] * 12)
    picture.save(HERE / "palette_transparent.png", transparency=see_through)
    note("palette_transparent.png", palette[indices], np.frombuffer(see_through, np.uint8)[indices])
    picture.save(HERE / "palette.bmp")
    note("palette.bmp", palette[indices])
    Image.fromarray(rgb).save(HERE / "rgb.bmp")
    note("rgb.bmp", rgb)
    Image.fromarray(rgb).save(HERE / "rgb.tiff", compression="tiff_lzw")
    note("rgb.tiff", rgb)

    Image.fromarray(np.dstack([rgb, alpha])).save(HERE / "rgba.tiff")
    note("rgba.tiff", rgb, alpha)
    Image.fromarray(np.dstack([rgb, alpha])).save(HERE / "rgba.webp", lossless=True, exact=True)
    note("rgba.webp", rgb, alpha)

    # 16 bits: whole multiples of 257, which any way of rounding takes to the same 8 bits; alpha needs its low byte.
    deep = rgb.astype(">u2") * 257
    low_alpha = alpha.astype(">u2")
    write_png(HERE / "rgb16.png", 2, 16, [row.astype(">u2").tobytes() for row in deep])
    note("rgb16.png", rgb)
    write_png(HERE / "rgba16.png", 6, 16, [row.astype(">u2").tobytes() for row in np.dstack([deep, low_alpha])])
    note("rgba16.png", rgb, alpha)
    Image.fromarray((grey.astype(np.uint16) * 257)).save(HERE / "grey16.png")
    note("grey16.png", np.dstack([grey] * 3))

    # JPEG is not exact, so a picture with nothing sharp in it: decoders agree within a few steps.
    y, x = np.mgrid[0:48, 0:64]
    smooth = np.dstack([x * 4, y * 5, 255 - x * 2 - y * 2]).astype(np.uint8)
    Image.fromarray(smooth).save(HERE / "smooth.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    Image.fromarray(smooth).save(HERE / "sideways.jpg", quality=95, exif=exif)
    Image.fromarray(smooth[..., 0]).save(HERE / "smooth_grey.jpg", quality=95)

    for name, answer in expected.items():
        with Image.open(HERE / name) as picture:
            assert picture.size == (WIDTH, HEIGHT), name
            if "16" not in name:
                assert np.array_equal(
                    np.asarray(picture.convert("RGB")),
                    np.frombuffer(bytes.fromhex(answer["rgb"]), np.uint8).reshape(HEIGHT, WIDTH, 3)), name
    (HERE / "expected.json").write_text(json.dumps({"width": WIDTH, "height": HEIGHT, "pictures": expected}, indent=1) + "\n")


main()
