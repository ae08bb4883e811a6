/// Lower bounds on the cost of a computation: operations of its matrix products and attention, and bytes of memory traffic.
/// Norms, activation functions, positions and sums are not counted (about one operation per hundreds of a product's), nor is the
/// traffic of activations, which may stay in caches.
package struct ComputeCost: Sendable, Equatable {
    /// A multiply-add counts as two.
    package var operations = 0.0
    /// Operations among them on 8-bit integers, for quantised weights.
    package var int8Operations = 0.0
    /// Operations among them with 16-bit weights, as operations on the bfloat16 parts into which they can be split: five per
    /// operation with f16, three with bf16 (`ProductKernels.h`).
    package var halfPrecisionOperations = 0.0
    package var bfloat16Operations = 0.0
    package var bytes = 0.0

    package init(
        operations: Double = 0, int8Operations: Double = 0, halfPrecisionOperations: Double = 0, bfloat16Operations: Double = 0,
        bytes: Double = 0
    ) {
        self.operations = operations
        self.int8Operations = int8Operations
        self.halfPrecisionOperations = halfPrecisionOperations
        self.bfloat16Operations = bfloat16Operations
        self.bytes = bytes
    }

    package static func + (left: ComputeCost, right: ComputeCost) -> ComputeCost {
        ComputeCost(
            operations: left.operations + right.operations, int8Operations: left.int8Operations + right.int8Operations,
            halfPrecisionOperations: left.halfPrecisionOperations + right.halfPrecisionOperations,
            bfloat16Operations: left.bfloat16Operations + right.bfloat16Operations, bytes: left.bytes + right.bytes)
    }

    /// The cost of `times` repetitions.
    package static func * (work: ComputeCost, times: Int) -> ComputeCost {
        ComputeCost(
            operations: work.operations * Double(times), int8Operations: work.int8Operations * Double(times),
            halfPrecisionOperations: work.halfPrecisionOperations * Double(times),
            bfloat16Operations: work.bfloat16Operations * Double(times), bytes: work.bytes * Double(times))
    }

    /// A linear layer on a number of rows; each weight is read once.
    package static func linear(_ rows: Int, from inputs: Int, to outputs: Int, _ weights: DataType) -> ComputeCost {
        let bytes = weights.byteCount(of: [outputs, inputs]) ?? 0
        let operations = 2 * Double(rows) * Double(inputs) * Double(outputs)
        let parts: Double =
            switch weights {
            case .f16: 5
            case .bf16: 3
            case .f32, .q8, .q4: 0
            }
        return ComputeCost(
            operations: operations, int8Operations: weights.isQuantized ? operations : 0,
            halfPrecisionOperations: parts > 0 ? operations : 0, bfloat16Operations: parts * operations, bytes: Double(bytes))
    }

    /// Attention's two products, for all heads together.
    /// - Parameters:
    ///   - pairs: number of pairs of a query and a key it attends to.
    ///   - width: width of the queries; `valueWidth` that of the values, if different.
    package static func attention(pairs: Int, width: Int, valueWidth: Int? = nil) -> ComputeCost {
        ComputeCost(operations: 2 * Double(pairs) * Double(width + (valueWidth ?? width)))
    }
}

extension [ComputeCost] {
    package var sum: ComputeCost { reduce(ComputeCost(), +) }

    /// Lower bound on the time in seconds of the steps in sequence: for each, the longer of its arithmetic and its memory time.
    /// Source: roofline, Williams, Waterman, Patterson, CACM 52 (4), 2009.
    package func limit(_ speed: MachineSpeed.Limits) -> (seconds: Double, isArithmetic: Bool) {
        var arithmetic = 0.0, memory = 0.0
        for work in self {
            let single = work.operations - work.int8Operations - work.halfPrecisionOperations
            let inParts = speed.bfloat16 > 0 ? work.bfloat16Operations / speed.bfloat16 : .infinity
            let computing =
                single / speed.float + work.int8Operations / Swift.max(speed.int8, speed.bfloat16)
                + Swift.min(work.halfPrecisionOperations / speed.float, inParts)
            let moving = work.bytes / speed.read
            if computing > moving { arithmetic += computing } else { memory += moving }
        }
        return (arithmetic + memory, arithmetic > memory)
    }
}
