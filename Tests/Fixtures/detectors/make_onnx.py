#!/usr/bin/env python3
"""Writes small ONNX models with random weights, and what ONNX Runtime makes of them.

    make_onnx.py        the folder's .onnx and .safetensors files

For each model NAME.onnx, NAME.safetensors has its inputs as `in.<name>` and its outputs as `out.<name>`; the input of all detectors
is that of picture.safetensors, 255 times as large for YOLOX. Models are exported by
PyTorch from small_detectors.py, or put together node by node (operators-*.onnx). scaling.safetensors is
a small picture and what OpenCV makes of it at other sizes. Needs torch, onnx, onnxruntime, safetensors and opencv-python-headless;
none of it is needed by the tests.
"""

import pathlib
import warnings

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file
from torch import nn

import small_detectors as small

FOLDER = pathlib.Path(__file__).resolve().parent
SIZE, CLASSES = 64, 3
NAMES = "{0: 'person', 1: 'car', 2: \"driver's dog\"}"


def run(path, inputs):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def save(name, tensors):
    path = FOLDER / f"{name}.safetensors"
    save_file({key: np.array(value, np.float32, order="C") for key, value in tensors.items()}, path)
    path.chmod(0o644)


def expect(name, inputs, keeps_inputs=True):
    """Writes what ONNX Runtime makes of the inputs."""
    outputs = run(FOLDER / f"{name}.onnx", inputs)
    kept = inputs if keeps_inputs else {}
    save(name, {f"in.{key}": value for key, value in kept.items()} | {f"out.{key}": value for key, value in outputs.items()})


def shortened(model):
    """Short names of arrays and none of nodes: most of a small model's bytes are names."""
    known = {}
    for port in [*model.graph.input, *model.graph.output]:
        known[port.name] = port.name
    short = lambda name: known.setdefault(name, f"v{len(known)}") if name else ""
    for node in model.graph.node:
        node.name, node.doc_string = "", ""
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    for tensor in model.graph.initializer:
        tensor.name = short(tensor.name)
    del model.graph.value_info[:]


def settled(model, seed, scale=1.0):
    """Random weights, and statistics of batch normalizations as pictures make them, so that numbers neither vanish nor grow."""
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)) and module.weight.shape[0] > 1:
            fan = module.weight[0].numel() if isinstance(module, nn.Conv2d) else module.weight.shape[0]
            # Convolutions of one tap with a bias end heads: boxes then depend little on how sums are rounded.
            is_end = module.bias is not None and module.kernel_size == (1, 1)
            nn.init.normal_(module.weight, 0, (0.2 if is_end else 1) / fan**0.5)
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.3)
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            nn.init.uniform_(module.weight, 0.7, 1.3)
            nn.init.normal_(module.bias, 0, 0.2)
    model.train()
    with torch.no_grad():
        for number in range(4):
            model(torch.from_numpy(picture(number + 100, scale)))
    return model.eval()


def picture(seed, scale=1.0):
    return (np.random.default_rng(seed).random((1, 3, SIZE, SIZE)) * scale).astype(np.float32)


def export(name, model, opset, metadata=None, scale=1.0, outputs=("output0",), open_sizes=False):
    path = FOLDER / f"{name}.onnx"
    axes = {"images": {0: "batch", 2: "height", 3: "width"}} if open_sizes else None
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, torch.from_numpy(picture(0)), path, dynamo=False, opset_version=opset, input_names=["images"],
            output_names=list(outputs), dynamic_axes=axes)
    stored = onnx.load(path)
    del stored.metadata_props[:]
    for key, value in (metadata or {}).items():
        stored.metadata_props.add(key=key, value=value)
    stored.producer_version = ""
    shortened(stored)
    onnx.save(stored, path)
    expect(name, {"images": picture(1, scale)}, keeps_inputs=False)
    return stored


def make_detectors():
    def wide():
        return nn.Sequential(nn.Conv2d(3, 4, 6, 2, 2), nn.SiLU())

    described = {"names": NAMES, "stride": "32", "task": "detect", "imgsz": "[64, 64]"}
    backbone, start = small.Backbone, lambda: small.Unit(3, 4, 3, 2)

    def two(inputs, outputs):
        return small.TwoWays(inputs, outputs)

    v5 = settled(small.Detector(backbone(two, wide()), small.AnchorBoxes(CLASSES, SIZE)), 5)
    export("yolov5", v5, 12, {"names": NAMES, "stride": "32"})
    v8 = settled(small.Detector(backbone(small.Branches, start()), small.DistanceBoxes(CLASSES, SIZE)), 8)
    stored = export("yolov8", v8, 17, described)
    write_half(stored, "yolov8-half")
    write_external(stored, "yolov8-external")
    write_quantised(stored, "yolov8-quantised")
    seg = settled(small.Detector(backbone(small.Branches, start()), small.DistanceBoxes(CLASSES, SIZE, masks=4), small.Prototypes(4)), 9)
    export("yolov8-seg", seg, 12, described | {"task": "segment"}, outputs=("output0", "output1"))
    v11 = settled(small.Detector(backbone(small.Branches, start(), attention=True), small.DistanceBoxes(CLASSES, SIZE, light=True)), 11)
    export("yolo11", v11, 19, described)
    best = settled(small.Detector(backbone(small.Branches, start()), small.BestBoxes(CLASSES, SIZE)), 10)
    export("end-to-end", best, 17, described)
    for decoded in (False, True):
        yolox = settled(small.Detector(backbone(two, small.Focus()), small.CellBoxes(CLASSES, SIZE, decoded)), 4, 255.0)
        export("yolox-decoded" if decoded else "yolox", yolox, 11, scale=255.0, outputs=("output",))

    class Mixed(nn.Module):
        """Other activations, and a map whose size is computed from the input's."""

        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(
                small.Unit(8, 8, 3, activation=kind) for kind in (nn.ReLU, lambda: nn.LeakyReLU(0.1), nn.Hardswish, nn.ReLU6, nn.Mish))
            self.first = nn.Conv2d(3, 8, 3, 2, 1)

        def forward(self, x):
            x = y = self.first(x)
            for layer in self.layers:
                y = y + layer(y)
            small_map = nn.functional.avg_pool2d(y, 3, 2, 1)
            back = nn.functional.interpolate(small_map, size=x.shape[2:], mode="bilinear", align_corners=False)
            gate = torch.sigmoid(y.mean((2, 3), keepdim=True))
            return (back * gate + x).flatten(2).transpose(1, 2)

    export("mixed", settled(Mixed(), 12), 14, {"imgsz": "[64, 64]"}, open_sizes=True)


def write_half(model, name):
    """Weights in half precision, widened by a Cast each, as small exports have them."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    casts, kept = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 4:
            half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name + ".half")
            casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT, name="widen " + tensor.name))
            kept.append(half)
        else:
            kept.append(tensor)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.save(model, FOLDER / f"{name}.onnx")
    expect(name, {"images": picture(1)}, keeps_inputs=False)


def write_external(model, name):
    model = onnx.ModelProto.FromString(model.SerializeToString())
    (FOLDER / f"{name}.data").unlink(missing_ok=True)
    onnx.save(
        model, FOLDER / f"{name}.onnx", save_as_external_data=True, all_tensors_to_one_file=True, location=f"{name}.data",
        size_threshold=256)
    (FOLDER / f"{name}.data").chmod(0o644)


def write_quantised(model, name):
    """The first nodes of an export with 8-bit weights, which is refused."""
    scale, zero = numpy_helper.from_array(np.float32(0.1), "scale"), numpy_helper.from_array(np.uint8(128), "zero")
    nodes = [
        helper.make_node("QuantizeLinear", ["images", "scale", "zero"], ["q"], name="quantise"),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["output0"], name="widen"),
    ]
    value = lambda key: helper.make_tensor_value_info(key, TensorProto.FLOAT, [1, 3, SIZE, SIZE])
    graph = helper.make_graph(nodes, "g", [value("images")], [value("output0")], [scale, zero])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), FOLDER / f"{name}.onnx")


class Sheet:
    """A model of many nodes that have nothing to do with each other, each with inputs and outputs of its own."""

    def __init__(self, name, opset):
        self.name, self.opset, self.random = name, opset, np.random.default_rng(opset)
        self.nodes, self.inputs, self.outputs, self.constants, self.values = [], [], [], [], {}

    def array(self, *shape, low=-2.0, high=2.0):
        return self.random.uniform(low, high, shape).astype(np.float32)

    def add(self, operation, inputs, constants=(), outputs=1, **attributes):
        """`inputs` are arrays given at run time; `constants` follow them: arrays, or None for what is left out."""
        number, names = len(self.nodes), []
        for value in inputs:
            key = f"x{len(self.values)}"
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            self.inputs.append(helper.make_tensor_value_info(key, kind, value.shape))
            self.values[key] = value
            names.append(key)
        for value in constants:
            if value is None:
                names.append("")
                continue
            self.constants.append(numpy_helper.from_array(np.asarray(value), f"c{len(self.constants)}"))
            names.append(self.constants[-1].name)
        results = [f"{operation}.{number}.{place}" for place in range(outputs)]
        self.outputs += [helper.make_empty_tensor_value_info(key) for key in results]
        self.nodes.append(helper.make_node(operation, names, results, name=f"{operation} {number}", **attributes))

    def write(self):
        graph = helper.make_graph(self.nodes, "g", self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        onnx.save(model, FOLDER / f"{self.name}.onnx")
        expect(self.name, self.values)


def whole(*values):
    return np.array(values, np.int64)


def make_convolutions():
    sheet = Sheet("operators-convolution", 17)
    weights = lambda *shape: sheet.array(*shape, low=-0.5, high=0.5)
    for inputs, outputs, kernel, stride, pads, dilation, groups, size in [
        (3, 16, 3, 2, (1, 1, 1, 1), 1, 1, (13, 11)), (5, 7, 1, 1, (0, 0, 0, 0), 1, 1, (6, 9)),
        (8, 40, 3, 1, (1, 1, 1, 1), 1, 1, (7, 5)), (16, 80, 1, 1, (0, 0, 0, 0), 1, 1, (3, 3)),
        (20, 20, 3, 1, (1, 1, 1, 1), 1, 20, (9, 12)), (33, 33, 5, 2, (2, 2, 2, 2), 1, 33, (11, 10)),
        (16, 16, 7, 1, (3, 3, 3, 3), 1, 16, (8, 8)), (16, 16, 3, 1, (2, 2, 2, 2), 2, 16, (8, 9)),
        (12, 18, 3, 1, (1, 0, 2, 1), 1, 3, (6, 6)),
        (4, 6, 3, 2, (2, 2, 2, 2), 2, 1, (10, 9)), (3, 8, 6, 2, (2, 2, 2, 2), 1, 1, (12, 14)), (4, 4, 1, 2, (0, 0, 0, 0), 1, 1, (5, 5)),
        (34, 50, 3, 1, (1, 1, 1, 1), 1, 1, (5, 6)), (6, 12, 3, 1, (1, 1, 1, 1), 1, 6, (5, 5)),
    ]:
        sheet.add(
            "Conv", [sheet.array(1, inputs, *size)], [weights(outputs, inputs // groups, kernel, kernel), weights(outputs)],
            kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads, dilations=[dilation] * 2, group=groups)
    sheet.add("Conv", [sheet.array(2, 3, 8, 8)], [weights(5, 3, 3, 3)], auto_pad="SAME_UPPER", strides=[2, 2])
    sheet.add("Conv", [sheet.array(1, 6, 20)], [weights(4, 6, 3), weights(4)], pads=[1, 1], kernel_shape=[3])
    for inputs, outputs, kernel, stride, pads, extra in [
        (6, 5, 2, 2, (0, 0, 0, 0), (0, 0)), (4, 3, 3, 2, (1, 1, 1, 1), (1, 1)), (4, 18, 4, 2, (1, 1, 1, 1), (0, 0)),
        (3, 4, 3, 1, (0, 0, 0, 0), (0, 0)),
        (3, 4, 2, 3, (0, 0, 0, 0), (0, 0)),
    ]:
        sheet.add(
            "ConvTranspose", [sheet.array(1, inputs, 5, 4)], [weights(inputs, outputs, kernel, kernel), weights(outputs)],
            strides=[stride] * 2, pads=pads, output_padding=extra, kernel_shape=[kernel] * 2)
    sheet.add("MaxPool", [sheet.array(1, 18, 9, 8)], kernel_shape=[5, 5], strides=[1, 1], pads=[2, 2, 2, 2])
    sheet.add("MaxPool", [sheet.array(2, 3, 9, 8)], kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0], ceil_mode=1)
    sheet.add("AveragePool", [sheet.array(1, 4, 7, 7)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    sheet.add("AveragePool", [sheet.array(1, 4, 7, 7)], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    sheet.add("GlobalAveragePool", [sheet.array(2, 5, 6, 7)])
    sheet.add("GlobalMaxPool", [sheet.array(1, 5, 6, 7)])
    sheet.add(
        "BatchNormalization", [sheet.array(2, 5, 3, 4)],
        [sheet.array(5), sheet.array(5), sheet.array(5), sheet.array(5, low=0.2, high=2.0)], epsilon=1e-3)
    for scales, attributes in [
        ((2.0, 2.0), {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}),
        ((2.0, 3.0), {"mode": "nearest"}), ((1.5, 0.6), {"mode": "nearest", "nearest_mode": "round_prefer_ceil"}),
        ((2.0, 2.0), {"mode": "linear"}), ((1.7, 0.5), {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}),
        ((2.0, 2.5), {"mode": "linear", "coordinate_transformation_mode": "align_corners"}),
        ((2.0, 2.0), {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}),
    ]:
        sheet.add("Resize", [sheet.array(1, 3, 5, 6)], [None, np.array((1.0, 1.0) + scales, np.float32)], **attributes)
    sheet.add("Resize", [sheet.array(1, 3, 5, 6)], [None, None, whole(1, 3, 7, 9)], mode="nearest", nearest_mode="ceil")
    sheet.write()


def make_functions():
    sheet = Sheet("operators-functions", 19)
    for operation in ["Sigmoid", "Relu", "HardSwish", "HardSigmoid", "Exp", "Tanh", "Erf", "Softplus", "Mish", "Neg", "Abs", "Floor",
                      "Ceil", "Round", "Reciprocal", "Sign", "Identity"]:
        sheet.add(operation, [sheet.array(2, 3, 5, low=-4.0, high=4.0)])
    for operation in ["Log", "Sqrt"]:
        sheet.add(operation, [sheet.array(3, 4, low=0.1, high=9.0)])
    sheet.add("LeakyRelu", [sheet.array(7, 5)], alpha=0.2)
    sheet.add("Clip", [sheet.array(7, 5)], [np.float32(-0.5), np.float32(1.0)])
    sheet.add("Clip", [sheet.array(7, 5)], [None, np.float32(0.25)])
    for operation in ["Add", "Sub", "Mul", "Div", "Min", "Max", "PRelu"]:
        sheet.add(operation, [sheet.array(2, 3, 4), sheet.array(3, 1, low=0.5)])
        sheet.add(operation, [sheet.array(2, 3, 4), sheet.array(2, 3, 4, low=0.5)])
    sheet.add("Pow", [sheet.array(3, 4, low=0.1)], [np.float32(2.0)])
    sheet.add("Pow", [sheet.array(3, 4, low=0.1), sheet.array(3, 4)])
    for operation in ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]:
        sheet.add(operation, [np.round(sheet.array(3, 4)), np.round(sheet.array(4))])
    sheet.add("Where", [sheet.array(3, 1) > 0, sheet.array(3, 4), sheet.array(4)])
    indices = sheet.random.integers(-9, 9, (3, 4)).astype(np.int64)
    sheet.add("Div", [indices], [whole(4)])
    sheet.add("Mod", [indices], [whole(4)])
    sheet.add("Mod", [sheet.array(3, 4, low=-9, high=9)], [np.float32(2.5)], fmod=1)
    sheet.add("Cast", [sheet.array(3, 4)], to=TensorProto.INT64)
    sheet.add("Cast", [sheet.array(3, 4)], to=TensorProto.BOOL)
    sheet.add("Not", [sheet.array(3, 4) > 0])
    sheet.add("MatMul", [sheet.array(2, 3, 5, 7), sheet.array(2, 3, 7, 18)])
    sheet.add("MatMul", [sheet.array(2, 1, 5, 7), sheet.array(3, 7, 4)])
    sheet.add("MatMul", [sheet.array(5, 7)], [sheet.array(7, 20)])
    sheet.add("MatMul", [sheet.array(7), sheet.array(7, 3)])
    sheet.add("Gemm", [sheet.array(5, 7)], [sheet.array(6, 7), sheet.array(6)], transB=1, alpha=0.5, beta=2.0)
    sheet.add("Gemm", [sheet.array(7, 5), sheet.array(7, 6)], transA=1)
    for axis in (0, 1, -1):
        sheet.add("Softmax", [sheet.array(3, 5, 18)], axis=axis)
    sheet.write()


def make_movements():
    sheet = Sheet("operators-movements", 18)
    cube = lambda: sheet.array(2, 3, 4, 5)
    for axes in ([1], [0, 2], [-1], [1, 3]):
        for operation in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceProd", "ReduceL2"):
            sheet.add(operation, [cube()], [whole(*axes)], keepdims=int(axes == [1]))
    sheet.add("ReduceMean", [cube()], keepdims=0)
    sheet.add("ArgMax", [cube()], axis=2, keepdims=0)
    sheet.add("Concat", [cube(), sheet.array(2, 1, 4, 5)], axis=1)
    sheet.add("Concat", [cube(), sheet.array(2, 3, 4, 2)], axis=-1)
    sheet.add("Split", [cube()], [whole(1, 2)], outputs=2, axis=1)
    sheet.add("Split", [cube()], outputs=2, axis=3, num_outputs=2)
    sheet.add("Slice", [cube()], [whole(1), whole(2**63 - 1), whole(2), whole(2)])
    sheet.add("Slice", [cube()], [whole(-1, 0), whole(-(2**63), -1), whole(3, 1), whole(-1, 1)])
    sheet.add("Gather", [cube()], [whole(1)], axis=2)
    sheet.add("Gather", [cube()], [np.int64(-1)], axis=1)
    sheet.add("Gather", [cube(), sheet.random.integers(-5, 5, (2, 3)).astype(np.int64)], axis=3)
    sheet.add("GatherElements", [cube(), sheet.random.integers(-3, 3, (2, 2, 4, 5)).astype(np.int64)], axis=1)
    sheet.add("GatherND", [cube(), sheet.random.integers(0, 2, (4, 2)).astype(np.int64)])
    sheet.add("GatherND", [cube(), sheet.random.integers(0, 3, (2, 6, 1)).astype(np.int64)], batch_dims=1)
    sheet.add("Reshape", [cube()], [whole(0, -1, 10)])
    sheet.add("Flatten", [cube()], axis=2)
    sheet.add("Transpose", [cube()], perm=[0, 2, 3, 1])
    sheet.add("Transpose", [sheet.array(3, 4)])
    sheet.add("Squeeze", [sheet.array(1, 3, 1, 4)], [whole(0, 2)])
    sheet.add("Unsqueeze", [sheet.array(3, 4)], [whole(0, -1)])
    sheet.add("Expand", [sheet.array(3, 1)], [whole(2, 1, 4)])
    sheet.add("Tile", [sheet.array(2, 3)], [whole(2, 3)])
    sheet.add("Tile", [sheet.array(2, 1)], [whole(1, 3)])
    sheet.add("Pad", [cube()], [whole(0, 0, 1, 2, 0, 0, 0, 1), np.float32(0.5)])
    sheet.add("DepthToSpace", [sheet.array(1, 8, 2, 3)], blocksize=2)
    sheet.add("DepthToSpace", [sheet.array(1, 8, 2, 3)], blocksize=2, mode="CRD")
    sheet.add("TopK", [sheet.array(3, 9)], [whole(4)], outputs=2)
    sheet.add("TopK", [sheet.array(3, 9, 2)], [whole(2)], outputs=2, axis=1, largest=0)
    sheet.add("Shape", [cube()], start=1)
    sheet.write()


def make_suppression():
    """Boxes after ONNX's own suppression: as many as the picture has."""
    random = np.random.default_rng(3)
    centres, sizes = random.uniform(0, 60, (1, 40, 2)), random.uniform(10, 40, (1, 40, 2))
    values = {
        "boxes": np.concatenate([centres - sizes / 2, centres + sizes / 2], -1).astype(np.float32),
        "scores": random.random((1, 2, 40)).astype(np.float32),
    }
    constants = [
        numpy_helper.from_array(np.asarray(value), key) for key, value in [
            ("most", whole(5)), ("overlap", np.array([0.4], np.float32)), ("score", np.array([0.3], np.float32)), ("two", whole(2)),
            ("zero", np.int64(0)),
        ]]
    nodes = [
        helper.make_node("NonMaxSuppression", ["boxes", "scores", "most", "overlap", "score"], ["chosen"], name="suppress"),
        helper.make_node("Gather", ["chosen", "two"], ["column"], axis=1, name="column"),
        helper.make_node("Squeeze", ["column"], ["places"], name="places"),
        helper.make_node("Gather", ["boxes", "places"], ["best"], axis=1, name="best"),
    ]
    value = lambda key: helper.make_tensor_value_info(key, TensorProto.FLOAT, values[key].shape)
    graph = helper.make_graph(
        nodes, "g", [value("boxes"), value("scores")],
        [helper.make_tensor_value_info("chosen", TensorProto.INT64, None), helper.make_tensor_value_info("best", TensorProto.FLOAT, None)],
        constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), FOLDER / "suppression.onnx")
    expect("suppression", values)


def make_scaling():
    picture = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    sizes = [(10, 4), (3, 9), (7, 5), (16, 16)]
    scaled = {f"{w}x{h}": cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR) for w, h in sizes}
    save("scaling", {"picture": picture} | scaled)


if __name__ == "__main__":
    make_scaling()
    save("picture", {"in.images": picture(1)})
    make_convolutions()
    make_functions()
    make_movements()
    make_suppression()
    make_detectors()
