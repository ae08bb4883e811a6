/// Lower bounds on the work of a computation: the operations of its matrix products and attention, and the bytes that must
/// come from memory or go there. Norms, activations, positions and sums are left out (about one operation for each of a
/// product's hundreds), and so are activations, which caches may hold.
package struct ComputeCost: Sendable, Equatable {
    /// A product and its sum are two.
    package var operations = 0.0
    /// Operations among them on 8-bit numbers: quantised weights'.
    package var int8Operations = 0.0
    /// Operations among them with weights of 16 bits, as operations on the bfloat16 parts they can be split into: five for
    /// one with f16, three with bf16 (`ProductKernels.h`).
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

    /// The same `times` over.
    package static func * (work: ComputeCost, times: Int) -> ComputeCost {
        ComputeCost(
            operations: work.operations * Double(times), int8Operations: work.int8Operations * Double(times),
            halfPrecisionOperations: work.halfPrecisionOperations * Double(times),
            bfloat16Operations: work.bfloat16Operations * Double(times), bytes: work.bytes * Double(times))
    }

    /// A linear layer on some rows: each weight is read once.
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

    /// Attention's two products, all heads together.
    /// - Parameters:
    ///   - pairs: of a query and a key it sees.
    ///   - width: of a row of queries; `valueWidth` of values, where it is another.
    package static func attention(pairs: Int, width: Int, valueWidth: Int? = nil) -> ComputeCost {
        ComputeCost(operations: 2 * Double(pairs) * Double(width + (valueWidth ?? width)))
    }
}

extension [ComputeCost] {
    package var sum: ComputeCost { reduce(ComputeCost(), +) }

    /// Seconds the steps take one after the other on a machine that does nothing else: each as long as its arithmetic or
    /// its memory takes, whichever is longer. Source: roofline, Williams, Waterman, Patterson, CACM 52 (4), 2009.
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
