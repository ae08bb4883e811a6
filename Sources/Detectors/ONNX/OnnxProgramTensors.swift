import Tensors

extension OnnxProgram {
    /// - Parameters:
    ///   - path: of an ONNX file.
    ///   - height, width: of pictures, for files that leave them open.
    /// - Throws: `CheckpointError` when the file cannot be run: an operator that is not supported is named.
    package convenience init(path: String, height: Int? = nil, width: Int? = nil) throws {
        try self.init(OnnxModelReader.read(path), height: height, width: width)
    }

    /// Names and shapes of the inputs, in order.
    package var inputShapes: [(name: String, shape: [Int])] { inputs.map { ($0.name, $0.array.shape) } }

    /// Runs the graph on row-major tensors.
    /// - Parameter tensors: by the names of inputs, of their shapes.
    /// - Returns: outputs in the order of `outputNames`.
    /// - Throws: `CheckpointError` when an input is missing or has another shape.
    package func callAsFunction(_ tensors: [String: Tensor]) throws -> [Tensor] {
        for input in inputs where tensors[input.name]?.shape != input.array.shape {
            let found = tensors[input.name].map { "shape \($0.shape)" } ?? "nothing"
            throw CheckpointError(file: path, subject: "input \(input.name)", found: found, expected: "shape \(input.array.shape)")
        }
        return try run { name, target, layout in
            guard let tensor = tensors[name] else { return }
            let loop = StridedLoop([layout], keepingOrder: true)
            tensor.withValues { values in
                var next = 0
                loop.forEachRow(0..<loop.rows) { offsets in
                    for index in 0..<loop.inner { target[offsets[0] + index * loop.steps[0]] = values[next + index] }
                    next += loop.inner
                }
            }
        }
    }
}
