"""What transformers and the original authors' code compute when they track objects through a small clip. See README.md.

usage: make_video.py SAM2_SOURCE [NAME...]    (writes clip.safetensors and NAME/)
"""

import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

import original
import video_checkpoints
from original_names import original_state

HERE = pathlib.Path(__file__).parent
FRAMES, HEIGHT, WIDTH = 10, 40, 56


def clip():
    """A textured ground with a light and a dark disc that cross; whole numbers, so that they are the same anywhere."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    frames = np.zeros((FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    for time in range(FRAMES):
        for channel in range(3):
            ground = 60 + (x * (3 + channel) + y * 5 + x * y // 3) % 70
            light = (x - 12 - 3 * time) ** 2 + (y - 14 - time) ** 2 < 60
            dark = (x - 44 + 3 * time) ** 2 + (y - 24) ** 2 < 80
            frame = np.where(light, 190 + 20 * channel, ground)
            frames[time, :, :, channel] = np.where(dark & (time != 6), 15 + 10 * channel, frame)
    return frames


def prepared(frames, side):
    """As the original's load_video_frames: Pillow's default resizing, then normalised."""
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    result = torch.zeros(len(frames), 3, side, side)
    for index, frame in enumerate(frames):
        resized = np.array(Image.fromarray(frame).resize((side, side))) / 255.0
        result[index] = torch.from_numpy(resized).permute(2, 0, 1)
    return (result - mean) / deviation


# Pixels of the clip. One object by points on two frames, the other by a box on a third.
POINTS = [(1, 0, [(12, 14)], [1]), (1, 4, [(24, 18), (40, 8)], [1, 0])]
BOX = (2, 2, (30, 15, 47, 33))


@torch.inference_mode()
def with_transformers(model, pixels, out):
    from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

    side = pixels.shape[-1]
    session = Sam2VideoInferenceSession(video=pixels, video_height=HEIGHT, video_width=WIDTH, dtype=torch.float32)

    def prompt(identifier, frame, points, labels):
        index = session.obj_id_to_idx(identifier)
        scaled = torch.tensor(points, dtype=torch.float32) / torch.tensor([WIDTH, HEIGHT]) * side
        session.add_point_inputs(index, frame, {
            "point_coords": scaled[None, None], "point_labels": torch.tensor(labels, dtype=torch.int32)[None, None]})
        session.obj_with_new_inputs.append(identifier)
        return model(session, frame_idx=frame)

    # Stages, as they pass by.
    stages = {}
    memory_attention, memory_encoder = model.memory_attention.forward, model.memory_encoder.forward

    def watch_attention(**arguments):
        result = memory_attention(**arguments)
        stages["attention"] = {
            "features": arguments["current_vision_features"], "memory": arguments["memory"].float(),
            "positions": arguments["memory_posision_embeddings"],
            "pointers": torch.tensor([float(arguments["num_object_pointer_tokens"])]), "output": result}
        return result

    def watch_encoder(features, masks):
        result = memory_encoder(features, masks)
        # What follows adds to the memory in place.
        stages["encoder"] = {"features": features, "masks": masks, "output": result[0].clone()}
        return result

    model.memory_attention.forward, model.memory_encoder.forward = watch_attention, watch_encoder
    for identifier, frame, points, labels in POINTS:
        prompt(identifier, frame, points, labels)
    identifier, frame, box = BOX
    prompt(identifier, frame, [box[:2], box[2:]], [2, 3])
    for name, arguments in (("forward", {}), ("backward", {"start_frame_idx": 4, "reverse": True})):
        masks, scores, pointers = [], [], []
        for output in model.propagate_in_video_iterator(session, **arguments):
            masks.append(output.pred_masks[:, 0])
            scores.append(output.object_score_logits[:, 0])
            found = [session.output_dict_per_obj[index] for index in range(2)]
            pointers.append(torch.stack([
                {**one["non_cond_frame_outputs"], **one["cond_frame_outputs"]}[output.frame_idx]["object_pointer"].flatten()
                for one in found]))
        out[f"{name}.masks"], out[f"{name}.scores"] = torch.stack(masks), torch.stack(scores)
        out[f"{name}.pointers"] = torch.stack(pointers)
    for stage, tensors in stages.items():
        for key, tensor in tensors.items():
            out[f"{stage}.{key}"] = tensor.squeeze()


@torch.inference_mode()
def with_original(folder, frames, pixels, out):
    def start(**options):
        model = original.predictor(folder, **options)
        return model, original.state_of(model, frames, pixels)

    low = original.low_masks

    def track(model, state, name, **arguments):
        masks = [low(state, frame) for frame, _, _ in model.propagate_in_video(state, **arguments)]
        out[name] = torch.stack(masks)

    # Prompts first, then both directions: what transformers computes as well.
    model, state = start()
    for identifier, frame, points, labels in POINTS:
        model.add_new_points_or_box(state, frame, identifier, points=points, labels=labels)
    model.add_new_points_or_box(state, BOX[1], BOX[0], box=BOX[2])
    track(model, state, "original.forward")
    track(model, state, "original.backward", start_frame_idx=4, reverse=True)
    # Corrections of what was tracked, with either choice of what becomes of them.
    for name, option in (("kept", True), ("dropped", False)):
        model, state = start(add_all_frames_to_correct_as_cond=option, non_overlap_masks=option)
        identifier, frame, points, labels = POINTS[0]
        model.add_new_points_or_box(state, frame, identifier, points=points, labels=labels)
        model.add_new_points_or_box(state, BOX[1], BOX[0], box=BOX[2])
        track(model, state, f"{name}.before")
        _, _, masks = model.add_new_points_or_box(state, 4, 1, points=[(24, 18), (8, 30)], labels=[1, 0])
        out[f"{name}.corrected"], out[f"{name}.video"] = low(state, 4), masks[:, 0]
        model.add_new_points_or_box(state, 4, 1, points=[(26, 20)], labels=[1], clear_old_points=False)
        model.add_new_points_or_box(state, 6, 2, points=[(28, 22)], labels=[0], box=(20, 14, 36, 34))
        out[f"{name}.again"], out[f"{name}.other"] = low(state, 4), low(state, 6)
        track(model, state, f"{name}.after", start_frame_idx=3, max_frame_num_to_track=5)
    # Masks as prompts, a click upon a mask, a second click upon the first.
    model, state = start()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    mask = (x - 18) ** 2 + (y - 16) ** 2 < 60
    out["given.prompt"] = torch.from_numpy(mask).float()
    model.add_new_mask(state, 2, 7, mask)
    model.add_new_mask(state, 7, 7, np.zeros_like(mask))
    out["given.masks"] = torch.stack([low(state, 2)[0], low(state, 7)[0]])
    model.add_new_points_or_box(state, 5, 8, points=[(27, 19)], labels=[1])
    model.add_new_points_or_box(state, 5, 8, points=[(40, 30)], labels=[0], clear_old_points=False)
    model.add_new_points_or_box(state, 2, 8, points=[(38, 24)], labels=[1])
    out["given.clicked"] = low(state, 5)
    track(model, state, "given.forward")
    track(model, state, "given.backward", start_frame_idx=5, reverse=True)


def main():
    original.add_source(sys.argv[1])
    frames = clip()
    save_file({"frames": torch.from_numpy(frames.reshape(FRAMES, HEIGHT, WIDTH * 3)).half()}, HERE / "clip.safetensors")
    for name in sys.argv[2:] or video_checkpoints.CONFIGS:
        folder, model = HERE / name, video_checkpoints.make_model(name)
        folder.mkdir(exist_ok=True)
        model.config.save_pretrained(folder)
        state = {key: tensor.half().contiguous().clone() for key, tensor in model.state_dict().items()}
        save_file(state, folder / "model.safetensors")
        if name == "video-a":
            torch.save({"model": original_state(state)}, folder / "original.pt")
        pixels, out = prepared(frames, model.config.image_size), {}
        out["pixels"] = pixels[3].clone()
        with_transformers(model, pixels, out)
        with_original(folder, frames, pixels, out)
        for direction in ("forward", "backward"):
            compare(name, direction, out[f"{direction}.masks"], out.pop(f"original.{direction}"))
        kept = {key: tensor for key, tensor in out.items() if not key.endswith(".before")}
        save_file(
            {key: tensor.float().contiguous().clone() for key, tensor in kept.items()}, folder / "video.safetensors")


def compare(name, direction, left, right):
    """Says how far transformers and the original differ where the object is seen."""
    seen = left > -1024
    assert torch.equal(seen, right > -1024), "one sees an object where the other does not"
    difference = ((left - right).abs() * seen).max() / (left.abs() * seen).max()
    print(f"{name} {direction}: object seen in {seen[..., 0, 0].float().mean():.0%}, transformers and original differ by "
          f"{difference:.1e} of the largest magnitude")


if __name__ == "__main__":
    main()
