import CKernels
import Parallelism

/// A weight `[rows, columns]` in the file's own format and place: mapped, not copied. The only type that knows how a
/// matrix is stored.
package struct WeightMatrix: Sendable {
    package let rows: Int
    package let columns: Int
    package let dataType: DataType
    private let bytes: MappedBytes

    init(_ bytes: MappedBytes, _ dataType: DataType, rows: Int, columns: Int) {
        precondition(bytes.count == dataType.byteCount(of: [rows, columns]), "WeightMatrix: shape and bytes differ")
        self.bytes = bytes
        self.dataType = dataType
        self.rows = rows
        self.columns = columns
    }

    /// A matrix made in memory, `[rows, columns]`.
    package init(_ tensor: Tensor) {
        self.init(tensor.storage.bytes, .f32, rows: tensor.rows, columns: tensor.width)
    }

    /// Bytes that reading it takes from memory.
    package var byteCount: Int { bytes.count }

    /// Address of a row of a matrix that is stored number by number.
    private func address(ofRow row: Int) -> UnsafeRawPointer {
        bytes.pointer + row * columns * dataType.byteCount
    }

    /// True if it is stored in single precision and aligned, so that nothing needs widening.
    var isInPlace: Bool { dataType == .f32 && UInt(bitPattern: bytes.pointer) % 4 == 0 }

    /// Calls `body` with rows `range` in single precision: in place when they are stored so and aligned, else widened
    /// into scratch memory.
    func withWidenedRows(_ range: Range<Int>, _ body: (UnsafePointer<Float>) -> Void) {
        let start = address(ofRow: range.lowerBound)
        if isInPlace {
            body(start.assumingMemoryBound(to: Float.self))
        } else {
            let panel = TensorStorage(count: range.count * columns)
            guard let values = panel.values.baseAddress else { return }
            kernel_widen(start, dataType.kernelType, values, range.count * columns)
            body(values)
        }
    }

    /// `output[r, o] = input[r] . self[o]` for `o` in `range`, for few rows of input, of a matrix stored number by number.
    /// - Parameter instructions: which the machine must have.
    func multiplyFewRows(
        _ input: UnsafePointer<Float>, rows: Int, range: Range<Int>, output: UnsafeMutablePointer<Float>, outputStride: Int,
        instructions: KernelInstructionSet
    ) {
        kernel_matrix_vector(
            instructions, address(ofRow: range.lowerBound), dataType.kernelType, range.count, columns,
            input, rows, output, outputStride)
    }

    /// Row `index`, widened into `target[columns]`.
    func copyRow(_ index: Int, to target: UnsafeMutablePointer<Float>) {
        precondition(index >= 0 && index < rows, "WeightMatrix: row out of range")
        if dataType.isQuantized {
            kernel_widen_tiled_row(bytes.pointer, dataType.kernelType, columns, index, target)
        } else {
            kernel_widen(address(ofRow: index), dataType.kernelType, target, columns)
        }
    }

    /// True if products with `rows` rows take packed activations.
    func takesPacked(rows: Int, instructions: KernelInstructionSet = kernel_fastest_instructions()) -> Bool {
        kernel_multiplies_packed(instructions, dataType.kernelType, rows) != 0
    }

    /// `output[r, o] = epilogue(input[r] . self[o])` for `o` in `range`, whose begin is a multiple of 16, where `takesPacked`.
    /// - Parameter instructions: which the machine must have.
    func multiply(
        _ input: PackedActivations, range: Range<Int>, epilogue: KernelEpilogue, output: UnsafeMutablePointer<Float>,
        outputStride: Int, instructions: KernelInstructionSet
    ) {
        var epilogue = epilogue
        let type = dataType.kernelType
        let scratch = TensorStorage(byteCount: kernel_multiply_scratch_bytes(instructions, type, columns, input.rows))
        kernel_multiply_packed(
            instructions, bytes.pointer, type, columns, range.lowerBound, range.upperBound,
            input.start, input.rows, &epilogue, scratch.start, output, outputStride)
    }
}

/// A copy of stored numbers in single precision.
func widened(_ bytes: MappedBytes, _ dataType: DataType, shape: [Int]) -> Tensor {
    Tensor(shape) { output in
        guard let target = output.baseAddress, !output.isEmpty else { return }
        guard dataType.isQuantized else { return kernel_widen(bytes.pointer, dataType.kernelType, target, output.count) }
        let matrix = WeightMatrix(bytes, dataType, rows: shape[0], columns: output.count / shape[0])
        Parallel.ranges(matrix.rows, minimum: 16) { rows in
            for row in rows { matrix.copyRow(row, to: target + row * matrix.columns) }
        }
    }
}
