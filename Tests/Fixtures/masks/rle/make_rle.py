"""RLE and polygons by pycocotools 2.0.11 (numpy 2.4.6): writes masks.json and polygons.json beside itself."""
import json, pathlib
import numpy as np
from pycocotools import mask as coco

random = np.random.default_rng(20240817)
here = pathlib.Path(__file__).parent

def encoded(mask):
    rle = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(n) for n in rle["size"]], "counts": rle["counts"].decode(),
            "area": int(coco.area(rle)), "bbox": [int(n) for n in coco.toBbox(rle)],
            "uncompressed": runs(mask)}

def runs(mask):
    """Runs counted with numpy only."""
    flat = mask.astype(bool).ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat])))
    return [int(n) for n in np.diff(np.concatenate([[0], edges, [flat.size]]))]

masks = []
for height, width in [(1, 1), (1, 9), (9, 1), (2, 3), (7, 5), (12, 40), (31, 33)]:
    for share in [0, 0.02, 0.3, 0.5, 0.95, 1]:
        mask = random.random((height, width)) < share
        masks.append(encoded(mask) | {"rows": ["".join("01"[int(v)] for v in row) for row in mask]})
big = np.zeros((700, 900), bool); big[100:612, 200:850] = True  # runs of more than 15 bits
masks.append(encoded(big) | {"rows": None})
(here / "masks.json").write_text(json.dumps(masks, separators=(",", ":")).replace("},{", "},\n{") + "\n")

polygons = []
def add(height, width, parts):
    boxes = len(parts[0]) == 4
    rle = coco.merge(coco.frPyObjects(np.array(parts) if boxes else parts, height, width))
    polygons.append({"size": [height, width], "polygons": parts, "counts": rle["counts"].decode(), "area": int(coco.area(rle))})

for index in range(400):
    height, width = [int(n) for n in random.integers(1, 60, 2)]
    parts = []
    for _ in range(int(random.integers(1, 4))):
        corners = int(random.integers(3, 12))
        xy = random.random((corners, 2)) * [width, height]
        kind = index % 8
        if kind == 0: xy = np.round(xy)                        # whole pixels
        if kind == 1: xy = np.round(xy * 2) / 2                # halves
        if kind == 2: xy = xy * 1.8 - np.array([width, height]) * 0.4   # partly outside
        if kind == 3: xy = np.concatenate([xy, xy[-1:], xy[:1]])        # doubled corners, closed
        if kind == 4: xy[:, 0] = np.round(xy[0, 0])            # no area
        if kind == 5: xy = xy.round(2)                         # as annotation tools write
        parts.append([float(v) for v in xy.ravel()])
    if index % 8 == 6: parts = [[*xy.min(0).tolist(), *np.ptp(xy, 0).tolist()]]   # a box: left, top, width, height
    if index % 8 == 7:                                         # a smooth outline
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        radius = 0.4 + 0.1 * np.sin(angle * 3)
        parts = [np.stack([(0.5 + radius * np.cos(angle)) * width, (0.5 + radius * np.sin(angle)) * height], 1).ravel().round(3).tolist()]
    add(height, width, parts)
(here / "polygons.json").write_text(json.dumps(polygons, separators=(",", ":")).replace("},{", "},\n{") + "\n")
