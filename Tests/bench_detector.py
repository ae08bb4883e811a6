"""A detector in damvideo and in the program it was made for, alternately: ONNX Runtime for an ONNX file, PyTorch (transformers) for
RF-DETR.

    python bench_detector.py yolox_nano.onnx [--rounds 5] [--repeat 5] [--threads N]
    python bench_detector.py rf-detr-seg-small [--weights q8]
    python bench_detector.py DIR

A name of RF-DETR's published sizes is measured with random weights on both sides, a directory with its own. Each round runs
`damvideo bench --stage detector` and then the other program on as many pictures. Printed are the medians over the rounds, of
seconds and of processor time (user and system, all threads), and the ratio: the other's time over damvideo's. damvideo's times
are of a whole frame of 768x576, with preparation and masks at its size; the other's begin with a prepared picture and end with the
model's output, which spares it a little work. Set up as in Fixtures/README.md, with onnxruntime for ONNX files.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", help="ONNX file, RF-DETR directory, or the name of a published size of RF-DETR")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=5, help="pictures of each round")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of the other program")
    parser.add_argument("--weights", default="f32", help="damvideo's, of random ones")
    parser.add_argument(
        "--damvideo", default=Path(__file__).parent.parent / ".build/release/damvideo", help="the program to measure")
    return parser.parse_args()


def main():
    options = arguments()
    name, run = other(options)
    run()
    rounds = [(own(options), measured(run, options.repeat)) for _ in range(options.rounds)]
    print(f"{options.detector}, {options.rounds} rounds of {options.repeat}: damvideo {options.weights}, {name}")
    print(f"{'':<16}{'damvideo s':>12}{'other s':>12}{'ratio':>8}")
    for place, title in enumerate(["picture", "processor time"]):
        ours = statistics.median(ours[place] for ours, _ in rounds)
        theirs = statistics.median(theirs[place] for _, theirs in rounds)
        print(f"{title:<16}{ours:>12.4f}{theirs:>12.4f}{theirs / ours:>8.2f}")


def own(options):
    """Seconds and processor seconds of a picture in damvideo."""
    known = Path(options.detector).exists()
    source = ["--detector", options.detector] if known else ["--synthetic", options.detector, "--weights", options.weights]
    command = [options.damvideo, "bench", *source, "--stage", "detector", "--repeat", str(options.repeat), "--json"]
    stage = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["stages"][0]
    return stage["seconds"], stage["processor_seconds"]


def measured(run, repeat):
    """The same of a function."""
    seconds, processor = [], []
    for _ in range(repeat):
        start, before = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - before)
    return statistics.median(seconds), statistics.median(processor)


def other(options):
    """The other program's name, and a function that runs it on a picture."""
    if options.detector.endswith(".onnx"):
        return onnx_runtime(options)
    return transformers(options)


def onnx_runtime(options):
    import numpy
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    session = onnxruntime.InferenceSession(options.detector, settings, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 if place == 0 else 640 for place, size in enumerate(port.shape)]
    kind = numpy.float16 if "16" in port.type else numpy.float32
    picture = numpy.random.default_rng(0).random(shape).astype(kind)
    title = f"ONNX Runtime {onnxruntime.__version__}, {options.threads} threads"
    return title, lambda: session.run(None, {port.name: picture})


# Differences between the published sizes: side, patch, windows, decoder layers, queries.
SIZES = {
    "rf-detr-nano": (384, 16, 2, 2, 300), "rf-detr-small": (512, 16, 2, 3, 300), "rf-detr-medium": (576, 16, 2, 4, 300),
    "rf-detr-large": (704, 16, 2, 4, 300), "rf-detr-seg-nano": (312, 12, 1, 4, 100), "rf-detr-seg-small": (384, 12, 2, 4, 100),
    "rf-detr-seg-medium": (432, 12, 2, 5, 200), "rf-detr-seg-large": (504, 12, 2, 5, 200),
}


def transformers(options):
    # torchvision is not needed, and one that does not fit torch would break the import.
    sys.modules["torchvision"] = None
    import torch
    from transformers.models.rf_detr.configuration_rf_detr import RfDetrConfig
    from transformers.models.rf_detr.modeling_rf_detr import RfDetrForInstanceSegmentation, RfDetrForObjectDetection

    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    if Path(options.detector).exists():
        config = RfDetrConfig.from_pretrained(options.detector)
        has_masks = "Segmentation" in (config.architectures or [""])[0]
        kind = RfDetrForInstanceSegmentation if has_masks else RfDetrForObjectDetection
        model, side = kind.from_pretrained(options.detector, dtype=torch.float32), config.backbone_config.image_size
    else:
        side, patch, windows, layers, queries = SIZES[options.detector]
        config = RfDetrConfig(
            backbone_config={
                "model_type": "rf_detr_dinov2", "hidden_size": 384, "num_attention_heads": 6, "patch_size": patch, "image_size": side,
                "num_windows": windows, "out_indices": [3, 6, 9, 12]},
            decoder_layers=layers, num_queries=queries, decoder_n_points=2, num_labels=91)
        kind = RfDetrForInstanceSegmentation if "-seg-" in options.detector else RfDetrForObjectDetection
        model = kind(config)
    model.eval()
    picture = torch.rand(1, 3, side, side)
    return f"PyTorch {torch.__version__}, float32, {options.threads} threads", lambda: model(pixel_values=picture)


if __name__ == "__main__":
    main()
