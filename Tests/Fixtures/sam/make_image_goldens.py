"""Writes the sets sam-a, sam-b and sam-c: a checkpoint in the hub's layout, and what transformers computes with it.

    python make_image_goldens.py
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import Sam2Model, logging

from sam_checkpoints import CONFIGS, make_model

torch.set_grad_enabled(False)
logging.set_verbosity_error()
logging.disable_progress_bar()

# Points as shares of the picture with their labels, a box as shares of the picture, and whether a mask is given.
CASES = {
    "point": {"points": [(0.4, 0.55, 1)]},
    "points": {"points": [(0.2, 0.3, 1), (0.8, 0.75, 0), (0.5, 0.1, 1)]},
    "box": {"box": (0.1, 0.2, 0.7, 0.9)},
    "box-point": {"points": [(0.6, 0.6, 0)], "box": (0.25, 0.05, 0.95, 0.5)},
    "mask": {"mask": True},
    "point-mask": {"points": [(0.7, 0.2, 1)], "mask": True},
}


def channels_last(map):
    return map[0].permute(1, 2, 0).contiguous()


def prompts(case, size, mask):
    points = torch.tensor([[[[x * size, y * size] for x, y, _ in case["points"]]]]) if "points" in case else None
    labels = torch.tensor([[[label for _, _, label in case["points"]]]]) if "points" in case else None
    box = torch.tensor([[[share * size for share in case["box"]]]]) if "box" in case else None
    return {"input_points": points, "input_labels": labels, "input_boxes": box,
            "input_masks": mask if case.get("mask") else None}


def make(name):
    folder = Path(__file__).parent / name
    settings = CONFIGS[name]
    model = make_model(name)
    model.to(settings["dtype"]).save_pretrained(folder)
    model.float()
    image = Sam2Model.from_pretrained(folder, dtype=torch.float32).eval()

    generator = torch.Generator().manual_seed(settings["seed"] + 100)
    size = settings["image_size"]
    pixels = torch.randn(1, 3, size, size, generator=generator).half()
    mask = (6 * torch.randn(1, 1, *image.prompt_encoder.mask_input_size, generator=generator)).half()
    tensors = {"pixels": channels_last(pixels), "mask": mask[0]}
    pixels, mask = pixels.float(), mask.float()

    encoded = image.vision_encoder(pixels)
    for level, (features, positions) in enumerate(zip(encoded.fpn_hidden_states, encoded.fpn_position_encoding)):
        tensors[f"fpn.{level}"] = channels_last(features)
        tensors[f"fpn_positions.{level}"] = channels_last(positions)
    tensors["prompt_positions"] = channels_last(image.get_image_wide_positional_embeddings())

    cases = {}
    for case_name, case in CASES.items():
        given = prompts(case, size, mask)
        told = dict(given)
        if given["input_points"] is None and given["input_boxes"] is None:
            # What Sam2Model.forward does without points; the prompt encoder adds another such point.
            told["input_points"], told["input_labels"] = torch.zeros(1, 1, 1, 2), -torch.ones(1, 1, 1, dtype=torch.long)
        sparse, dense = image.prompt_encoder(**told)
        tensors[f"{case_name}.sparse"] = sparse[0, 0]
        if case.get("mask"):
            tensors[f"{case_name}.dense"] = channels_last(dense)
        cases[case_name] = {"points": [[x * size, y * size, label] for x, y, label in case.get("points", [])],
                            "box": [share * size for share in case["box"]] if "box" in case else None,
                            "mask": case.get("mask", False), "ious": {}, "object_score": None}
        for multimask in (True, False):
            result = image(pixel_values=pixels, multimask_output=multimask, **given)
            kind = "multi" if multimask else "single"
            tensors[f"{case_name}.{kind}"] = result.pred_masks[0, 0]
            cases[case_name]["ious"][kind] = result.iou_scores[0, 0].tolist()
            cases[case_name]["object_score"] = result.object_score_logits[0, 0].item()
        # Which branch of the choice among masks the case takes: the tests want both.
        single, others = tensors[f"{case_name}.single"][0], tensors[f"{case_name}.multi"]
        cases[case_name]["replaced"] = any(torch.equal(single, other) for other in others)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(name, {key: value["replaced"] for key, value in cases.items()})


if __name__ == "__main__":
    for name in CONFIGS:
        make(name)
