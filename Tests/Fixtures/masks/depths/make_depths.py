#!/usr/bin/env python3
"""Makes label PNGs of every kind in this folder, and expected.json: the value of each pixel (made with Pillow 13, numpy 2).

Pillow writes the common kinds. Grey with 2 or 4 bits, and interlaced files, it only reads: those are written here.
"""
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 23, 17  # odd, so that rows of less than 8 bits a pixel end inside a byte
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, depth):
    """One row of values as PNG stores it: most significant bits first."""
    bits = "".join(format(int(v), f"0{depth}b") for v in row)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")


def write_png(name, values, color_type, depth, interlaced=False, palette=None, extra=b"", rows=None):
    height, width = values.shape
    grids = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [values]
    raw = b"".join(b"\0" + packed(row, depth) for grid in grids if grid.size for row in grid)
    if rows is not None:  # only so many of them, with checksums that are right all the same
        raw = raw[: rows * (1 + (width * depth + 7) // 8)]
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    parts = [chunk(b"IHDR", header)]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette))
    parts += [extra, chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    (HERE / name).write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def main():
    random = np.random.default_rng(11)
    expected = {}

    def note(name, values):
        expected[name] = {"values": [int(v) for v in values.ravel()]}

    def labels(top):
        values = random.integers(0, top + 1, (HEIGHT, WIDTH))
        values[0, :2] = [0, top]
        return values

    # Colours that have nothing to do with the indices: who reads them gets something else.
    colours = random.integers(0, 256, (256, 3), dtype=np.uint8).tobytes()
    for depth in (1, 2, 4, 8):
        values = labels(2**depth - 1)
        picture = Image.fromarray(values.astype(np.uint8), "P")
        picture.putpalette(colours[: 3 * 2**depth])
        picture.save(HERE / f"palette{depth}.png", bits=depth)
        note(f"palette{depth}.png", values)
        write_png(f"palette{depth}_interlaced.png", values, 3, depth, interlaced=True, palette=colours[: 3 * 2**depth])
        note(f"palette{depth}_interlaced.png", values)
    values = labels(1)
    Image.fromarray(values.astype(bool)).save(HERE / "grey1.png")
    note("grey1.png", values)
    for depth in (2, 4):
        values = labels(2**depth - 1)
        write_png(f"grey{depth}.png", values, 0, depth)
        note(f"grey{depth}.png", values)
    values = labels(255)
    Image.fromarray(values.astype(np.uint8)).save(HERE / "grey8.png")
    note("grey8.png", values)
    write_png("grey8_interlaced.png", values, 0, 8, interlaced=True)
    note("grey8_interlaced.png", values)
    Image.fromarray(np.dstack([values, labels(255)]).astype(np.uint8)).save(HERE / "grey8_alpha.png")
    note("grey8_alpha.png", values)
    # "This value is transparent" does not change what the value is.
    write_png("grey8_transparent.png", values, 0, 8, extra=chunk(b"tRNS", struct.pack(">H", 7)))
    note("grey8_transparent.png", values)
    values = labels(1)
    write_png("grey1_transparent.png", values, 0, 1, extra=chunk(b"tRNS", struct.pack(">H", 1)))
    note("grey1_transparent.png", values)
    values = labels(65535)
    Image.fromarray(values.astype(np.uint16)).save(HERE / "grey16.png")
    note("grey16.png", values)
    write_png("grey16_interlaced.png", values, 0, 16, interlaced=True)
    note("grey16_interlaced.png", values)
    one = np.array([[3]])
    write_png("one_pixel.png", one, 3, 2, palette=colours[:12])
    # The last row is the value the decoder's buffer starts with: a good file all the same.
    values = labels(3)
    values[-1] = 3
    write_png("last_row_full.png", values, 3, 2, palette=colours[:12])
    note("last_row_full.png", values)

    for name, answer in expected.items():
        with Image.open(HERE / name) as picture:
            assert picture.size == (WIDTH, HEIGHT), name
            seen = np.asarray(picture).astype(int)
            seen = seen[..., 0] if seen.ndim == 3 else seen
            if name in ("grey2.png", "grey4.png"):  # Pillow spreads them over 0...255
                seen = seen // (255 // (2 ** int(name[4]) - 1))
            assert [int(v) for v in seen.ravel()] == answer["values"], name

    # What must be refused: colours, and rows that are missing although every checksum is right.
    Image.fromarray(random.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)).save(HERE / "refused_rgb.png")
    write_png("refused_rows_missing.png", labels(255), 3, 8, palette=colours, rows=9)
    write_png("refused_rows_missing_2_bits.png", labels(3), 3, 2, palette=colours[:12], rows=16)
    (HERE / "expected.json").write_text(json.dumps({"width": WIDTH, "height": HEIGHT, "pictures": expected}) + "\n")


main()
