"""Writes the sets rfdetr/*: a checkpoint with random weights in a hub's layout, and what transformers computes with it.

    python make_rfdetr.py [NAME ...]

What is special about each set is in README.md. transformers' own initialisation leaves offsets, boxes and biases at zero: a
test on such weights could not see them missing. Here all of them are drawn.
"""

import importlib
import json
import math
import sys
from pathlib import Path
from unittest import mock

# torchvision is not needed, and one that does not fit torch would break the import.
sys.modules["torchvision"] = None

import torch
from safetensors.torch import save_file
from transformers import logging
from transformers.models.rf_detr.configuration_rf_detr import RfDetrConfig
from transformers.models.rf_detr.modeling_rf_detr import RfDetrForInstanceSegmentation, RfDetrForObjectDetection

# Of the processor only what follows the model is run, which calls nothing of torchvision.
torchvision = {"torchvision" + part: mock.MagicMock(__spec__=None) for part in (
    "", ".io", ".transforms", ".transforms.v2", ".transforms.v2.functional", ".transforms.functional", ".ops")}
with mock.patch.dict(sys.modules, torchvision):
    RfDetrImageProcessor = importlib.import_module(
        "transformers.models.rf_detr.image_processing_rf_detr").RfDetrImageProcessor

torch.set_grad_enabled(False)
logging.set_verbosity_error()
logging.disable_progress_bar()

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

SETS = {
    "det-1": {
        "seed": 1, "layout": "original", "side": 72, "picture": (70, 110), "classes": 7,
        "backbone": {"num_windows": 1, "patch_size": 12, "image_size": 72, "out_indices": [1, 3, 4]},
        "model": {},
    },
    "det-2": {
        "seed": 2, "layout": "transformers", "side": 64, "picture": (64, 64), "classes": 91, "dtype": torch.float16,
        # As in the base size: positions of another grid, and a layer behind the last map.
        "backbone": {"num_windows": 2, "patch_size": 8, "image_size": 40, "out_indices": [1, 2, 3], "hidden_act": "gelu_pytorch_tanh",
                     "qkv_bias": False},
        "model": {"decoder_n_points": 4, "group_detr": 3, "decoder_layers": 3, "c2f_num_blocks": 2},
    },
    "det-4": {
        "seed": 3, "layout": "original", "side": 64, "picture": (130, 90), "classes": 4, "dtype": torch.bfloat16,
        "backbone": {"num_windows": 4, "patch_size": 8, "image_size": 104, "out_indices": [2, 4]},
        "model": {"hidden_expansion": 0.25, "decoder_activation_function": "silu", "activation_function": "relu"},
    },
    "seg-1": {
        "seed": 4, "layout": "transformers", "side": 48, "picture": (61, 40), "classes": 5,
        "backbone": {"num_windows": 1, "patch_size": 6, "image_size": 48, "out_indices": [2, 3]},
        "model": {"attention_bias": False, "segmentation_head_activation_function": "silu"},
    },
    "seg-2": {
        "seed": 5, "layout": "original", "side": 72, "picture": (50, 80), "classes": 3,
        "backbone": {"num_windows": 2, "patch_size": 12, "image_size": 72, "out_indices": [1, 2, 3, 4]},
        "model": {"decoder_layers": 4, "group_detr": 2},
    },
    "seg-4": {
        # A grid so fine that the cells at its edges propose nothing.
        "seed": 6, "layout": "transformers", "side": 104, "picture": (40, 60), "classes": 6,
        "backbone": {"num_windows": 4, "patch_size": 2, "image_size": 80, "out_indices": [0, 2], "hidden_size": 8,
                     "apply_layernorm": False},
        "model": {"mask_downsample_ratio": 3, "d_model": 16, "decoder_cross_attention_heads": 2},
    },
}


def configuration(settings):
    return RfDetrConfig(
        backbone_config={"model_type": "rf_detr_dinov2", "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2,
                         "mlp_ratio": 2, **settings["backbone"]},
        **{"d_model": 32, "decoder_ffn_dim": 40, "decoder_layers": 2, "decoder_self_attention_heads": 2,
           "decoder_cross_attention_heads": 4, "decoder_n_points": 2, "num_queries": 12, "group_detr": 1,
           "intermediate_size": 24, "num_labels": settings["classes"], **settings["model"]})


def draw(name, value, generator):
    """Random numbers for one tensor, of a size that keeps activations near 1 and boxes within some pictures' widths."""
    noise = torch.randn(value.shape, generator=generator)
    if "norm" in name and name.endswith("weight"):
        return 1 + 0.3 * noise
    if "lambda" in name:
        return 0.6 + 0.3 * noise
    if "reference_point_embed" in name:
        return 0.3 * noise
    if "bbox_embed" in name and ".layers.2." in name:
        return 0.4 * noise / (math.sqrt(value[0].numel()) if value.ndim > 1 else 1)
    if "sampling_offsets.bias" in name:
        return 3 * noise
    if name.endswith("bias"):
        return 0.3 * noise
    if name.endswith(".weight") and "query_feat" not in name:
        return 1.5 * noise / math.sqrt(value[0].numel())
    return noise


def make_model(settings):
    torch.manual_seed(0)
    kind = RfDetrForInstanceSegmentation if settings["name"].startswith("seg") else RfDetrForObjectDetection
    model = kind(configuration(settings)).eval()
    generator = torch.Generator().manual_seed(settings["seed"])
    state = model.state_dict()
    for key in sorted(state):
        state[key] = draw(key, state[key], generator).to(settings["dtype"]).float()
    model.load_state_dict(state)
    return model


def save(model, settings, folder):
    stored = {key: value.to(settings["dtype"]).contiguous() for key, value in model.state_dict().items()}
    if settings["layout"] == "original":
        model.to(settings["dtype"]).save_pretrained(folder)
        model.float()
    else:
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
        save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
    side = settings["side"]
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"image_processor_type": "RfDetrImageProcessor", "size": {"height": side, "width": side}, "do_rescale": True,
         "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": MEAN, "image_std": DEVIATION, "resample": 2}, indent=1) + "\n")
    loaded = type(model).from_pretrained(folder, dtype=torch.float32).eval()
    for key, value in model.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[key]), key
    return loaded


def prepared(picture, side):
    """What RfDetrImageProcessor does, without torchvision: shares of 255, bilinear without antialias, then the norm."""
    pixels = picture.permute(2, 0, 1)[None].float() * (1 / 255)
    pixels = torch.nn.functional.interpolate(pixels, size=(side, side), mode="bilinear", align_corners=False, antialias=False)
    return (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)


def picture(height, width, generator):
    """Noise over stripes and a disc."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    base = 120 + 80 * torch.sin(x / 7) + 40 * ((y - height / 2) ** 2 + (x - width / 3) ** 2 < (height / 4) ** 2)
    noise = 30 * torch.randn(height, width, 3, generator=generator)
    return (base[..., None] + noise).clamp(0, 255).to(torch.uint8)


def smallest_gap(values, count):
    ordered = values.flatten().sort(descending=True).values[: count + 1]
    return (ordered[:-1] - ordered[1:]).min().item()


def channels_last(map):
    return map[0].permute(1, 2, 0)


def make(name):
    settings = {"dtype": torch.float32, "name": name, **SETS[name]}
    folder = Path(__file__).parent / "rfdetr" / name
    folder.mkdir(parents=True, exist_ok=True)
    model = save(make_model(settings), settings, folder)
    detector = model.model if name.startswith("seg") else model
    height, width = settings["picture"]
    image = picture(height, width, torch.Generator().manual_seed(settings["seed"] + 100))
    pixels = prepared(image, settings["side"])

    maps = detector.model.backbone.backbone(pixels).feature_maps
    inner = detector.model(pixels)
    outputs = model(pixels)
    logits, queries = outputs.logits[0], model.config.num_queries
    tensors = {
        "picture": image.half(), "pixels": pixels[0], "backbone": channels_last(torch.cat(maps, 1)),
        "projector": channels_last(inner.backbone_features), "proposal_states": inner.enc_outputs_class[0],
        "proposal_boxes": inner.enc_outputs_coord_logits[0], "reference_points": inner.init_reference_points[0],
        "logits": logits, "boxes": outputs.pred_boxes[0]}

    # Selection by rank must not depend on the last bit.
    cells = detector.model.enc_output_norm[0](detector.model.enc_output[0](inner.backbone_features.flatten(2).transpose(1, 2)))
    gap = smallest_gap(detector.model.enc_out_class_embed[0](cells).max(-1).values, queries)
    assert gap > 1e-4 and smallest_gap(logits.sigmoid(), queries) > 1e-5, (gap, smallest_gap(logits.sigmoid(), queries))

    scores = logits.sigmoid().flatten().sort(descending=True).values[:queries]
    result = {"thresholds": [0.0, (scores[queries // 2] + scores[queries // 2 - 1]).item() / 2], "found": []}
    for number, threshold in enumerate(result["thresholds"]):
        boxes = RfDetrImageProcessor.post_process_object_detection(None, outputs, threshold, [(height, width)])[0]
        found = {key: boxes[key].tolist() for key in ("scores", "labels", "boxes")}
        if name.startswith("seg"):
            tensors["masks"] = outputs.pred_masks[0]
            segments = RfDetrImageProcessor.post_process_instance_segmentation(
                None, outputs, threshold, target_sizes=[(height, width)], return_binary_maps=True)[0]
            found["segments"] = [[segment["label_id"], segment["score"]] for segment in segments["segments_info"]]
            tensors[f"maps.{number}"] = segments["segmentation"].half()
        result["found"].append(found)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(result) + "\n")
    size = sum(file.stat().st_size for file in folder.iterdir())
    spread = {key: f"{value.float().std().item():.2g}" for key, value in tensors.items()}
    print(name, f"{size / 1e3:.0f} kB, gap {gap:.1g},", spread)
    print("  boxes", outputs.pred_boxes[0].min().item(), outputs.pred_boxes[0].max().item(), "scores", scores[0].item(), scores[-1].item(),
          "queries twice:", queries - len(set((logits.sigmoid().flatten().topk(queries).indices // logits.shape[1]).tolist())))


if __name__ == "__main__":
    for name in sys.argv[1:] or SETS:
        make(name)
