"""Writes red.onnx: a detector in the layout of YOLOv8 that finds red things, with weights set by hand.

    python make_red.py          # in this folder; needs onnx and numpy

Input [1, 3, 96, 128], RGB, 0 to 1. Each of the 12 x 16 cells of 8 pixels has a box of 26 x 36 pixels around its middle, whose score is
the sigmoid of how much more red than blue there is in the 16 x 16 pixels around it. The 60 larger cells score 0.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH, CELL = 96, 128, 8
rows, columns = HEIGHT // CELL, WIDTH // CELL
middles = [(x * CELL + CELL / 2, y * CELL + CELL / 2) for y in range(rows) for x in range(columns)]
LARGER = sum((HEIGHT // cell) * (WIDTH // cell) for cell in (16, 32))
middles += [(WIDTH / 2, HEIGHT / 2)] * LARGER
boxes = np.array([[x for x, _ in middles], [y for _, y in middles], [26] * len(middles), [36] * len(middles)], np.float32)[None]
constants = {
    "weight": np.array([30, 0, -30], np.float32).reshape(1, 3, 1, 1),
    "bias": np.array([-12], np.float32),
    "boxes": boxes,
    "shape": np.array([1, 1, -1], np.int64),
    "none": np.zeros((1, 1, LARGER), np.float32),
}
nodes = [
    helper.make_node("AveragePool", ["images"], ["mean"], kernel_shape=[16, 16], strides=[CELL, CELL], pads=[4, 4, 4, 4]),
    helper.make_node("Conv", ["mean", "weight", "bias"], ["logit"], kernel_shape=[1, 1]),
    helper.make_node("Sigmoid", ["logit"], ["score"]),
    helper.make_node("Reshape", ["score", "shape"], ["scores"]),
    helper.make_node("Concat", ["scores", "none"], ["all"], axis=2),
    helper.make_node("Concat", ["boxes", "all"], ["output0"], axis=1),
]
graph = helper.make_graph(
    nodes, "red", [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
    [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 5, len(middles)])],
    [numpy_helper.from_array(value, name) for name, value in constants.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
model.ir_version = 8
for key, value in {"names": "{0: 'red thing'}", "stride": "8", "task": "detect", "imgsz": f"[{HEIGHT}, {WIDTH}]"}.items():
    entry = model.metadata_props.add()
    entry.key, entry.value = key, value
onnx.checker.check_model(model)
onnx.save(model, "red.onnx")
