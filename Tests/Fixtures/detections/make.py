#!/usr/bin/env python3
"""Writes the detections in this folder with the tools' own writers, so that the readers are tested against those.

    python3 -m venv venv
    venv/bin/pip install numpy pillow pycocotools supervision label-studio-sdk
    venv/bin/pip install --no-deps ultralytics labelme        # and what their imports ask for
    venv/bin/python make.py

One scene, 64x48 pixels and six frames: object 7, a person, goes right by 4.5 pixels a frame on frames 0 to 4; object 9, a
car, is there on frames 1 to 3. `expected.json` has its boxes by frame and object, left, top, width and height.

Made with numpy 2.4, pycocotools 2.0.11, supervision 0.31.2, ultralytics 8.4.190, labelme 6.3.1, label-studio-sdk 2.1.2.
CVAT's writer of video XML is in its server only: what is written here follows `dump_as_cvat_interpolation` in
cvat/apps/dataset_manager/formats/cvat.py. Grounded-SAM-2 and VideoRefer are scripts; their few lines are repeated here.
"""

import json
import pathlib
import shutil
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT, FRAMES = 64, 48, 6
NAMES = {0: "person", 2: "car"}
CLASS_OF = {7: 0, 9: 2}
SCORE_OF = {7: 0.875, 9: 0.5}


def scene():
    """Returns (frame, object, box) for each object on each frame."""
    rows = [(frame, 7, (2.5 + 4.5 * frame, 10.25, 12.0, 20.5)) for frame in range(5)]
    rows += [(frame, 9, (40.0, 30.0 - 2 * frame, 20.0, 11.0)) for frame in range(1, 4)]
    return sorted(rows)


def of_frame(frame):
    return [(track, box) for index, track, box in scene() if index == frame]


def corners(box):
    left, top, width, height = box
    return [left, top, left + width, top + height]


def mask_of(box):
    """Returns the pixels whose centres lie in a box, without the corner pixels."""
    left, top, right, bottom = corners(box)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    mask = ((x >= left) & (x < right) & (y >= top) & (y < bottom)).astype(np.uint8)
    rows, columns = np.nonzero(mask)
    for row in (rows.min(), rows.max()):
        for column in (columns.min(), columns.max()):
            mask[row, column] = 0
    return mask


def outline(box):
    """Returns a polygon of eight corners in a box."""
    left, top, width, height = box
    shape = [(0.25, 0), (0.75, 0), (1, 0.25), (1, 0.75), (0.75, 1), (0.25, 1), (0, 0.75), (0, 0.25)]
    return [(left + width * x, top + height * y) for x, y in shape]


def expected():
    boxes = {}
    for frame, track, box in scene():
        boxes.setdefault(str(frame), {})[str(track)] = box
    (HERE / "expected.json").write_text(json.dumps(boxes, indent=1) + "\n")


def coco():
    from pycocotools import mask as masks

    results = [
        {"image_id": frame, "category_id": CLASS_OF[track], "bbox": list(box), "score": SCORE_OF[track]}
        for frame, track, box in scene()
    ]
    (HERE / "coco-results.json").write_text(json.dumps(results))
    segments = []
    for frame, track, box in scene():
        encoded = masks.encode(np.asfortranarray(mask_of(box)))
        encoded["counts"] = encoded["counts"].decode()
        segments.append({
            "image_id": f"frame_{frame:06d}", "category_id": CLASS_OF[track], "segmentation": encoded, "score": SCORE_OF[track]})
    (HERE / "coco-segments.json").write_text(json.dumps(segments))
    images = [
        {"id": 100 + frame, "file_name": f"{frame:05d}.jpg", "width": WIDTH, "height": HEIGHT} for frame in range(FRAMES)]
    annotations = [
        {"id": index, "image_id": 100 + frame, "category_id": CLASS_OF[track], "bbox": list(box), "iscrowd": 0, "track_id": track}
        for index, (frame, track, box) in enumerate(scene())
    ]
    annotations.append({"id": 50, "image_id": 105, "category_id": 0, "bbox": [0, 0, 30, 30], "iscrowd": 1})
    categories = [{"id": number, "name": name} for number, name in NAMES.items()]
    (HERE / "coco.json").write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))


def supervision():
    import supervision as sv

    with sv.CSVSink(str(HERE / "supervision.csv")) as table, sv.JSONSink(str(HERE / "supervision.json")) as document:
        for frame in range(FRAMES):
            objects = of_frame(frame)
            detections = sv.Detections.empty() if not objects else sv.Detections(
                xyxy=np.array([corners(box) for _, box in objects], dtype=np.float32),
                confidence=np.array([SCORE_OF[track] for track, _ in objects], dtype=np.float32),
                class_id=np.array([CLASS_OF[track] for track, _ in objects]),
                tracker_id=np.array([track for track, _ in objects]),
                data={"class_name": np.array([NAMES[CLASS_OF[track]] for track, _ in objects])})
            custom = {"frame_index": frame, "remark": 'a "remark", with\na line break'}
            table.append(detections, custom)
            document.append(detections, custom)


def ultralytics():
    import torch
    from ultralytics.engine.results import Results

    def write(name, tracked, confident, polygons):
        folder = HERE / name / "labels"
        shutil.rmtree(HERE / name, ignore_errors=True)
        folder.mkdir(parents=True)
        for frame in range(FRAMES):
            objects = of_frame(frame)
            boxes = [
                corners(box) + ([track] if tracked else []) + [SCORE_OF[track], CLASS_OF[track]] for track, box in objects]
            if not boxes:
                continue
            result = Results(
                np.zeros((HEIGHT, WIDTH, 3), np.uint8), path="clip.mp4", names=NAMES, boxes=torch.tensor(boxes).float(),
                masks=torch.tensor(np.stack([mask_of(box) for _, box in objects])) if polygons else None)
            # As the predictor calls them: a video's frames count from 1.
            result.save_txt(folder / f"clip_{frame + 1}.txt", save_conf=confident)

    write("ultralytics-detect", False, True, False)
    write("ultralytics-track", True, False, False)
    write("ultralytics-track-conf", True, True, False)
    write("ultralytics-segment", True, True, True)


def cvat():
    """CVAT's writer lists every frame, keyframe or not; a reader may also get files with keyframes only."""
    from xml.sax.saxutils import XMLGenerator

    def write(name, tracks, meta_of):
        with open(HERE / name, "w", encoding="utf-8") as file:
            xml = XMLGenerator(file, "utf-8", short_empty_elements=False)
            xml.startDocument()
            xml.startElement("annotations", {})

            def leaf(name, text):
                xml.ignorableWhitespace("\n")
                xml.startElement(name, {})
                xml.characters(str(text))
                xml.endElement(name)

            leaf("version", "1.1")
            xml.startElement("meta", {})
            xml.startElement("task", {})
            for key, value in {
                "id": 4, "name": "a & b", "size": FRAMES, "mode": "interpolation", "start_frame": 0, "stop_frame": FRAMES - 1,
                "frame_filter": "", **meta_of,
            }.items():
                leaf(key, value)
            xml.startElement("original_size", {})
            leaf("width", WIDTH)
            leaf("height", HEIGHT)
            xml.endElement("original_size")
            leaf("source", "clip.mp4")
            xml.endElement("task")
            leaf("dumped", "2026-01-01 00:00:00.000000+00:00")
            xml.endElement("meta")
            for track, label, shapes in tracks:
                xml.ignorableWhitespace("\n")
                xml.startElement("track", {"id": str(track), "label": label, "source": "manual"})
                for kind, attributes in shapes:
                    xml.ignorableWhitespace("\n")
                    xml.startElement(kind, {key: str(value) for key, value in attributes.items()})
                    xml.endElement(kind)
                xml.endElement("track")
            xml.endElement("annotations")
            xml.endDocument()

    def box(frame, rectangle, keyframe=1, outside=0):
        left, top, right, bottom = corners(rectangle)
        return "box", {
            "frame": frame, "keyframe": keyframe, "outside": outside, "occluded": 0, "xtl": f"{left:.2f}", "ytl": f"{top:.2f}",
            "xbr": f"{right:.2f}", "ybr": f"{bottom:.2f}", "z_order": 0}

    def polygon(frame, rectangle, keyframe=1, outside=0):
        points = ";".join(f"{x:.2f},{y:.2f}" for x, y in outline(rectangle))
        return "polygon", {
            "frame": frame, "keyframe": keyframe, "outside": outside, "occluded": 0, "points": points, "z_order": 0}

    def mask(frame, rectangle, outside=0):
        pixels = mask_of(rectangle)
        rows, columns = np.nonzero(pixels)
        part = pixels[rows.min():rows.max() + 1, columns.min():columns.max() + 1]
        runs, inside = [0], 0
        for value in part.reshape(-1):
            if value != inside:
                runs.append(0)
                inside = value
            runs[-1] += 1
        return "mask", {
            "frame": frame, "keyframe": 1, "outside": outside, "occluded": 0, "rle": ", ".join(map(str, runs)),
            "left": columns.min(), "top": rows.min(), "width": part.shape[1], "height": part.shape[0], "z_order": 0}

    boxes = {track: [(frame, box) for frame, other, box in scene() if other == track] for track in CLASS_OF}
    write("cvat.xml", [
        (7, "person", [box(frame, place, int(frame in (0, 4))) for frame, place in boxes[7]] + [box(5, boxes[7][-1][1], 1, 1)]),
        (9, "car", [polygon(frame, place, int(frame in (1, 3))) for frame, place in boxes[9]] + [polygon(4, boxes[9][-1][1], 1, 1)]),
    ], {})
    write("cvat-keyframes.xml", [
        (7, "person", [box(0, boxes[7][0][1]), box(4, boxes[7][-1][1]), box(5, boxes[7][-1][1], 1, 1)]),
        (9, "car", [polygon(1, boxes[9][0][1]), polygon(3, boxes[9][-1][1]), polygon(4, boxes[9][-1][1], 1, 1)]),
    ], {})
    write("cvat-masks.xml", [
        (track, NAMES[CLASS_OF[track]], [mask(frame, place) for frame, place in places] + [mask(places[-1][0] + 1, places[-1][1], 1)])
        for track, places in boxes.items()
    ], {})


def labelstudio():
    from label_studio_sdk._extensions.label_studio_tools.postprocessing.video import extract_key_frames

    def keyframe(frame, box, enabled):
        left, top, width, height = box
        return {
            "frame": frame + 1, "enabled": enabled, "rotation": 0, "x": left / WIDTH * 100, "y": top / HEIGHT * 100,
            "width": width / WIDTH * 100, "height": height / HEIGHT * 100, "time": frame / 10}

    def region(track, keyframes):
        return {
            "id": f"object_{track}", "type": "videorectangle", "from_name": "box", "to_name": "video", "origin": "manual",
            "value": {"framesCount": FRAMES, "duration": FRAMES / 10, "sequence": keyframes, "labels": [NAMES[CLASS_OF[track]]]}}

    boxes = {track: [(frame, box) for frame, other, box in scene() if other == track] for track in CLASS_OF}
    regions = [
        region(track, [keyframe(*places[0], True), keyframe(*places[-1], False)]) for track, places in boxes.items()]

    def write(name, result):
        task = {
            "id": 1, "annotations": [{"id": 1, "was_cancelled": False, "ground_truth": False, "result": result}], "predictions": [],
            "data": {"video": "/data/upload/1/0a1b2c3d-clip.mp4"}, "meta": {}}
        (HERE / name).write_text(json.dumps([task], indent=1) + "\n")

    write("label-studio.json", regions)
    write("label-studio-frames.json", extract_key_frames(regions))


def labelme():
    import base64
    import importlib.metadata
    import importlib.util
    import io
    import types

    from PIL import Image

    # The package's own start wants a display.
    package = types.ModuleType("labelme")
    package.__version__, package.utils = importlib.metadata.version("labelme"), types.ModuleType("utils")
    sys.modules["labelme"] = package
    spec = importlib.util.spec_from_file_location(
        "label_file", importlib.metadata.distribution("labelme").locate_file("labelme/_label_file.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["label_file"] = module
    spec.loader.exec_module(module)

    def shape(track, kind, points, mask=None):
        return {
            "label": NAMES[CLASS_OF[track]], "points": points, "group_id": track, "description": "", "shape_type": kind, "flags": {},
            "mask": mask}

    def encoded(box):
        pixels = mask_of(box)
        rows, columns = np.nonzero(pixels)
        part = pixels[rows.min():rows.max() + 1, columns.min():columns.max() + 1]
        buffer = io.BytesIO()
        Image.fromarray(part).save(buffer, format="PNG")
        points = [[int(columns.min()), int(rows.min())], [int(columns.max()), int(rows.max())]]
        return points, base64.b64encode(buffer.getvalue()).decode()

    folder = HERE / "labelme"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for frame in range(FRAMES):
        shapes = []
        for track, box in of_frame(frame):
            if track == 9:
                points, mask = encoded(box)
                shapes.append(shape(track, "mask", points, mask))
            elif frame % 2:
                shapes.append(shape(track, "polygon", [list(point) for point in outline(box)]))
            else:
                shapes.append(shape(track, "rectangle", [corners(box)[2:], corners(box)[:2]]))
        module.write_label_file(
            str(folder / f"{frame:05d}.json"), shapes=shapes, image_path=f"{frame:05d}.jpg", image_height=HEIGHT, image_width=WIDTH)


def groundedsam():
    root = HERE / "grounded-sam-2"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("mask_data", "json_data"):
        (root / name).mkdir(parents=True)
    for frame in range(FRAMES):
        image, labels = np.zeros((HEIGHT, WIDTH), np.uint16), {}
        for track, box in of_frame(frame):
            mask = mask_of(box)
            image[mask == 1] = track
            rows, columns = np.nonzero(mask)
            labels[str(track)] = {
                "instance_id": track, "class_name": NAMES[CLASS_OF[track]], "x1": int(columns.min()), "y1": int(rows.min()),
                "x2": int(columns.max()), "y2": int(rows.max()), "logit": 0.0}
        np.save(root / "mask_data" / f"mask_{frame:05d}.npy", image)
        (root / "json_data" / f"mask_{frame:05d}.json").write_text(json.dumps({
            "mask_name": f"mask_{frame:05d}.npy", "mask_height": HEIGHT, "mask_width": WIDTH, "promote_type": "mask",
            "labels": labels}))
    arrays = HERE / "npy"
    shutil.rmtree(arrays, ignore_errors=True)
    arrays.mkdir()
    labels = np.arange(12).reshape(3, 4)
    for kind in ("|u1", "<u2", ">u2", "<i4", ">i8", "<f4", ">f8"):
        np.save(arrays / f"{kind[1:]}-{'big' if kind[0] == '>' else 'little'}.npy", labels.astype(kind))
    np.save(arrays / "columns.npy", np.asfortranarray(labels.astype("<u2")))
    np.save(arrays / "three.npy", labels.astype("<u2")[None])
    for version in ((2, 0), (3, 0)):
        with open(arrays / f"version-{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, labels.astype("<u2"), version=version)


def videorefer():
    from pycocotools import mask as masks

    entries = []
    for track in CLASS_OF:
        frames = {}
        for frame in range(FRAMES):
            box = dict(of_frame(frame)).get(track)
            encoded = None
            if box:
                encoded = masks.encode(np.asfortranarray(mask_of(box)))
                encoded["counts"] = encoded["counts"].decode()
            frames[str(frame)] = {"segmentation": encoded}
        entries.append({"id": track, "video": "clip.mp4", "caption": "It moves.", "frame_idx": "1", "annotation": [frames]})
    entries.append({"id": 1, "video": "other.mp4", "caption": "", "frame_idx": "0", "annotation": [{"0": {"segmentation": None}}]})
    (HERE / "videorefer.json").write_text(json.dumps(entries))


def main():
    wanted = sys.argv[1:] or [
        "expected", "coco", "supervision", "ultralytics", "cvat", "labelstudio", "labelme", "groundedsam", "videorefer"]
    for name in wanted:
        globals()[name]()


if __name__ == "__main__":
    main()
