import Tensors

extension OnnxProgram {
    /// - Parameters:
    ///   - path: an ONNX file.
    ///   - height, width: size of images, for files with dynamic sizes.
    /// - Throws: `CheckpointError` if the file cannot be run; an unsupported operator is named.
    package convenience init(path: String, height: Int? = nil, width: Int? = nil) throws {
        try self.init(OnnxModelReader.read(path), height: height, width: width)
    }

    /// Names and shapes of the inputs, in order.
    package var inputShapes: [(name: String, shape: [Int])] { inputs.map { ($0.name, $0.array.shape) } }

    /// Runs the graph on row-major tensors.
    /// - Parameter tensors: input tensors by name.
    /// - Returns: outputs in the order of `outputNames`.
    /// - Throws: `CheckpointError` if an input is missing or has the wrong shape.
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
