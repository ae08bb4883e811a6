"""Masks of one small scene in every layout, written as the tools that define the layouts write them.

Needs numpy 2.4.6, pillow 13.0.0, pycocotools 2.0.11. Writes everything beside itself, and expected.json: what numpy says
about each object (frame, left, top, width, height, area).

The scene: 24 x 16 pixels, frames 0, 1, 2 and 4 (3 is not annotated). Object 1 walks to the right; object 2 stands over it
in frames 1 and 2 and is not there in frame 0; object 3 is one pixel at the corner, in frame 4 only.
"""
import json, pathlib, shutil
import numpy as np
from PIL import Image
from pycocotools import mask as coco

here = pathlib.Path(__file__).parent
H, W, FRAMES = 16, 24, [0, 1, 2, 4]

def voc_palette():
    """The palette of DAVIS 2017 that SAM 2's tools/vos_inference.py carries."""
    palette = np.zeros((256, 3), np.uint8)
    for label in range(256):
        rest = label
        for bit in range(7, -1, -1):
            for channel in range(3):
                palette[label, channel] |= (rest >> channel & 1) << bit
            rest >>= 3
    return palette
PALETTE = voc_palette()

def box(left, top, width, height):
    mask = np.zeros((H, W), bool); mask[top:top + height, left:left + width] = True
    return mask

def disc(x, y, radius):
    yy, xx = np.mgrid[:H, :W]
    return (xx - x) ** 2 + (yy - y) ** 2 <= radius ** 2

objects = {
    1: {f: disc(5 + 3 * f, 8, 4) for f in FRAMES},
    2: {0: np.zeros((H, W), bool), 1: box(9, 2, 6, 9), 2: box(9, 3, 6, 9), 4: np.zeros((H, W), bool)},
    3: {0: np.zeros((H, W), bool), 1: np.zeros((H, W), bool), 2: np.zeros((H, W), bool), 4: box(23, 15, 1, 1)},
}
labels = {}
for f in FRAMES:  # as SAM 2's put_per_obj_mask: the lowest id on top
    labels[f] = np.zeros((H, W), np.uint8)
    for i in sorted(objects)[::-1]: labels[f][objects[i][f]] = i

def about(masks):
    found = []
    for f, mask in sorted(masks.items()):
        ys, xs = np.nonzero(mask)
        if len(ys): found.append([f, int(xs.min()), int(ys.min()), int(xs.max() - xs.min() + 1), int(ys.max() - ys.min() + 1), len(ys)])
    return found
flat = {i: {f: labels[f] == i for f in FRAMES} for i in objects}
boxes = {i: {f: box(*a) for f, *a, _ in about(objects[i])} for i in objects}
(here / "expected.json").write_text(json.dumps({
    "overlapping": {str(i): about(m) for i, m in objects.items()},
    "flat": {str(i): about(m) for i, m in flat.items()},
    "boxes": {str(i): about(m) for i, m in boxes.items()}}) + "\n")

def folder(name):
    path = here / name
    shutil.rmtree(path, ignore_errors=True); path.mkdir(parents=True)
    return path

def save_ann_png(path, mask):
    """As SAM 2's function of this name: an L image that is given a palette."""
    image = Image.fromarray(mask.astype(np.uint8)); image.putpalette(PALETTE.tobytes()); image.save(path)

# SAM 2 vos_inference, without and with --per_obj_png_file
out = folder("label-png")
for f in FRAMES: save_ann_png(out / f"{f:05d}.png", labels[f])
out = folder("per-object-png")
for i, masks in objects.items():
    (out / f"{i:03d}").mkdir()
    for f, mask in masks.items(): save_ann_png(out / f"{i:03d}" / f"{f:05d}.png", mask)

# The same colours without the palette; colours of a drawing program; grey in three channels
out = folder("rgb-palette")
for f in FRAMES: Image.fromarray(PALETTE[labels[f]]).save(out / f"{f:05d}.png")
out = folder("rgb-colours")
colours = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255], [0, 255, 0]], np.uint8)  # in order of value: 2, 3, 1
for f in FRAMES: Image.fromarray(colours[labels[f]]).save(out / f"{f:05d}.png")
out = folder("rgb-grey")
for f in FRAMES: Image.fromarray(np.stack([labels[f]] * 3, -1)).save(out / f"{f:05d}.png")

# Black and white: grey, one bit, RGB; one file for each object
out = folder("binary-grey")
for f in FRAMES: Image.fromarray(objects[1][f].astype(np.uint8) * 255).save(out / f"{f:05d}.png")
out = folder("binary-rgb")
for f in FRAMES: Image.fromarray(np.stack([objects[1][f].astype(np.uint8) * 255] * 3, -1)).save(out / f"{f:05d}.png")
out = folder("binary-named")
for f in FRAMES:
    for i in objects:
        if objects[i][f].any(): Image.fromarray(objects[i][f].astype(np.uint8) * 255).save(out / f"{f:05d}_mask_{i}.png")

def rle(mask):
    encoded = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": [int(n) for n in encoded["size"]], "counts": encoded["counts"].decode()}

def uncompressed(mask):
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat])))
    return {"size": [H, W], "counts": [int(n) for n in np.diff(np.concatenate([[0], edges, [flat.size]]))]}

def dump(name, value): (here / name).write_text(json.dumps(value) + "\n")

# YouTube-VIS: two videos, one of them this scene; RLE strings and lists
def segmentations(i, encode): return [encode(objects[i][f]) if objects[i][f].any() else None for f in FRAMES]
scene = {"id": 7, "width": W, "height": H, "length": 4, "file_names": [f"scene/{f:05d}.jpg" for f in FRAMES], "license": 1}
other = {"id": 8, "width": 4, "height": 4, "length": 1, "file_names": ["other/00000.jpg"]}
categories = [{"id": 1, "name": "person", "supercategory": "object"}, {"id": 26, "name": "skateboard", "supercategory": "object"}]
annotations = [{"id": i, "video_id": 7, "category_id": {1: 1, 2: 26, 3: 26}[i], "iscrowd": 0, "width": W, "height": H,
                "segmentations": segmentations(i, uncompressed if i == 2 else rle), "bboxes": [None] * 4,
                "areas": [None] * 4} for i in objects]
dump("youtube-vis.json", {"info": {}, "licenses": [], "videos": [scene], "categories": categories, "annotations": annotations})
dump("youtube-vis-two.json", {
    "annotations": annotations + [{"id": 4, "video_id": 8, "category_id": 1, "segmentations": [rle(np.ones((4, 4), bool))]}],
    "videos": [other, scene], "categories": categories})
dump("youtube-vis-results.json", [{"video_id": 7, "score": 0.9, "category_id": 1, "segmentations": segmentations(i, rle)} for i in objects])

# COCO for pictures: polygons by pycocotools, RLE, track ids
polygon = [[2.5, 3.0, 20.0, 4.5, 11.0, 14.5], [1.0, 1.0, 4.0, 1.0, 4.0, 3.0, 1.0, 3.0]]
images = [{"id": 100 + n, "file_name": f"frames/{f:05d}.jpg", "width": W, "height": H} for n, f in enumerate(FRAMES)]
instances = []
for n, f in enumerate(FRAMES):
    for i in objects:
        if objects[i][f].any():
            instances.append({
                "id": len(instances) + 1, "image_id": 100 + n, "category_id": 1, "track_id": i, "iscrowd": 0,
                "segmentation": rle(objects[i][f])})
dump("coco.json", {"images": images, "annotations": instances, "categories": categories})
dump("coco-polygons.json", {"images": images[:1], "categories": categories, "annotations": [
    {"id": 5, "image_id": 100, "category_id": 26, "segmentation": polygon, "bbox": [0, 0, 1, 1], "iscrowd": 0},
    {"id": 6, "image_id": 100, "category_id": 1, "segmentation": [], "bbox": [2.0, 3.0, 5.0, 6.0], "iscrowd": 0}],
    "expected_counts": {"5": coco.merge(coco.frPyObjects(polygon, H, W))["counts"].decode(),
                        "6": coco.merge(coco.frPyObjects(np.array([[2.0, 3.0, 5.0, 6.0]]), H, W))["counts"].decode()}})

# RLE by frame: dictionary of dictionaries, list of lists, one file a frame
byframe = {f: {str(i): rle(objects[i][f]) for i in objects if objects[i][f].any()} for f in FRAMES}
dump("rle-dictionary.json", {f"{f:05d}": v for f, v in byframe.items()})
dump("rle-list.json", [[uncompressed(objects[i][f]) for i in objects] if f in FRAMES else None for f in range(5)])
out = folder("rle-folder")
for f, v in byframe.items(): (out / f"frame_{f:05d}.json").write_text(json.dumps(v))
dump("rle-amg.json", [
    [{"segmentation": rle(objects[1][f]), "area": 1, "bbox": [0, 0, 1, 1], "id": "walker", "label": "person"}] for f in FRAMES])

# KITTI MOTS: "frame id class_id height width rle"; 10000 is to be ignored
lines = []
for f in FRAMES:
    for i in objects:
        if objects[i][f].any(): lines.append(f"{f} {2000 + i} 2 {H} {W} {rle(objects[i][f])['counts']}")
    lines.append(f"{f} 10000 10 {H} {W} {rle(box(0, 0, 3, 3))['counts']}")
(here / "mots.txt").write_text("\n".join(lines) + "\n")

# MOTChallenge gt.txt: frames and pixels from 1; flag, class, visibility. The last line is to be ignored
lines = []
for i in objects:
    for f, left, top, width, height, _ in about(objects[i]):
        lines.append(f"{f + 1},{i},{left + 1},{top + 1},{width},{height},1,1,{0.5:.5f}")
lines.append("1,9,3,3,4,4,0,8,0.1")
out = folder("MOT-scene"); (out / "gt").mkdir()
(out / "gt" / "gt.txt").write_text("\n".join(lines) + "\n")
(out / "seqinfo.ini").write_text(
    f"[Sequence]\nname=MOT-scene\nimDir=img1\nframeRate=30\nseqLength=5\nimWidth={W}\nimHeight={H}\nimExt=.jpg\n")
# a tracker's results: fractions, boxes over the edge, -1 for what is not known
(here / "mot-results.txt").write_text("1,1,-3.50,2.20,10.00,5.00,0.87,-1,-1,-1\n2,1,20.60,12.40,10.30,9.90,0.91,-1,-1,-1\n")

# SA-V: every fourth frame; absent objects have an empty mask
dump("sa-v.json", {
    "video_id": "sav_000001", "video_duration": 0.5, "video_frame_count": 17.0, "video_height": float(H), "video_width": float(W),
    "video_resolution": float(H * W), "video_environment": "Outdoor", "video_split": "train",
    "masklet": [[rle(objects[i][f]) for i in objects] for f in FRAMES],
    "masklet_id": [0, 1, 2], "masklet_size_rel": [0.1, 0.1, 0.1], "masklet_size_abs": [40.0, 40.0, 1.0],
    "masklet_size_bucket": ["small"] * 3, "masklet_visibility_changes": [0, 2, 1], "masklet_first_appeared_frame": [0.0, 4.0, 12.0],
    "masklet_frame_count": [4, 4, 4], "masklet_edited_frame_count": [4, 4, 4], "masklet_type": ["manual"] * 3,
    "masklet_stability_score": [None] * 3, "masklet_num": 3})
