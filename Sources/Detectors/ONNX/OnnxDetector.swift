import Imaging
import Tensors

/// A detector of the YOLO family from an ONNX file. Immutable, and safe to use from several threads.
package struct OnnxDetector: Sendable {
    /// Settings that a file lacks or has wrong; nil for the family's default.
    package struct Options: Sendable {
        package var family: DetectorFamily?
        /// Height and width of the input, for files with dynamic sizes.
        package var size: PictureSize?
        package var labels: [String]?
        package var fit: PictureFit?
        package var isBGR: Bool?
        /// The value of a full-scale pixel in the model's input: 1 or 255.
        package var largest: Float?
        /// IoU above which two boxes of the same label are one object.
        package var overlap = 0.45

        package init() {}
    }

    package let family: DetectorFamily
    /// Size of the model's input; larger images are scaled down.
    package let inputSize: PictureSize
    package let labels: [String]
    /// Notes on how the file was read where other readings were possible, one line each.
    package let notes: [String]
    package var hasMasks: Bool { head.prototypes != nil }
    /// Preprocessing of images, as text.
    package let preparation: String
    /// Multiply-adds, or an equivalent estimate, with each weight read once.
    package var cost: ComputeCost { ComputeCost(operations: 2 * Double(program.work), bytes: Double(weightBytes)) }
    private let weightBytes: Int
    private let program: OnnxProgram
    private let head: DetectorHead
    private let fit: PictureFit
    private let isBGR: Bool
    private let largest: Float
    private let overlap: Double

    /// Grey value of the padding, with which all these models were trained.
    private static let field: UInt8 = 114

    /// - Throws: `CheckpointError` if the file is not a supported detector.
    package init(path: String, options: Options = Options()) throws {
        let model = try OnnxModelReader.read(path), metadata = model.metadata
        let size = options.size ?? metadata["imgsz"].flatMap(Self.size)
        program = try OnnxProgram(model, height: size?.height, width: size?.width)
        inputSize = try Self.inputSize(program, model)
        if let size = options.size, size != inputSize {
            throw CheckpointError(file: path, found: "the input size \(size)", expected: "\(inputSize), which the file does not leave open")
        }
        let names = options.labels ?? metadata["names"].flatMap(ClassNames.parse)
        head = try HeadRecognition(model: model, size: inputSize, shapes: program.outputShapes, nameCount: names?.count)
            .head(options.family)
        family = head.family
        fit = options.fit ?? (family.isYolox ? .corner : .middle)
        isBGR = options.isBGR ?? family.isYolox
        largest = options.largest ?? (family.isYolox ? 255 : 1)
        overlap = options.overlap
        weightBytes = model.graph.initializers.values.reduce(0) { $0 + 4 * ($1.shape.checkedProduct() ?? 0) }
        preparation = "\(fit.rawValue), \(isBGR ? "BGR" : "RGB"), 0 to \(Int(largest))"
        var notes = ["\(path): read as \(family.rawValue): \(preparation)"]
        if names == nil {
            let isCoco = head.classCount == nil || head.classCount == cocoLabels.count
            labels = isCoco ? cocoLabels : (0..<(head.classCount ?? 0)).map { "class \($0)" }
            notes.append("\(path): no class names; " + (isCoco ? "COCO's are used" : "classes are numbered"))
        } else {
            labels = names ?? []
        }
        self.notes = notes
    }

    private static func size(_ text: String) -> PictureSize? {
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 2, numbers.allSatisfy({ (1...1 << 14).contains($0) }) else { return nil }
        return PictureSize(width: numbers[1], height: numbers[0])
    }

    private static func inputSize(_ program: OnnxProgram, _ model: OnnxModel) throws -> PictureSize {
        let shapes = program.inputShapes.map(\.shape)
        guard shapes.count == 1, shapes[0].count == 4, shapes[0][0] == 1, shapes[0][1] == 3, program.inputs[0].array.type == .float else {
            throw CheckpointError(
                file: model.path, found: "inputs of \(shapes)", expected: "one of [1, 3, height, width], in single or half precision")
        }
        return PictureSize(width: shapes[0][3], height: shapes[0][2])
    }

    /// Objects in an image, best first.
    /// - Parameter threshold: lower bound on the score.
    /// - Throws: `CheckpointError` if the outputs for this image are not boxes.
    package func callAsFunction(_ image: RGBImage, threshold: Float) throws -> [PictureDetection] {
        let placement = PicturePlacement(PictureSize(width: image.width, height: image.height), in: inputSize, fit)
        let outputs = try program.run { _, target, _ in write(image, placement, to: target) }
        guard outputs.indices.contains(head.boxes), family != .endToEndRows || outputs[head.boxes].width == 7 else {
            throw CheckpointError(file: program.path, found: "outputs of \(outputs.map(\.shape))", expected: "boxes")
        }
        var boxes = head.boxes(outputs[head.boxes], size: inputSize, threshold: threshold)
        if !family.isSuppressed { boxes = boxes.suppressed(overlap: overlap) }
        let masks = head.prototypes.map { PrototypeMasks(prototypes: outputs[$0], placement: placement) }
        return boxes.compactMap { found in
            guard let box = placement.inPicture(found.box) else { return nil }
            let label = labels.indices.contains(found.label) ? labels[found.label] : "class \(found.label)"
            return PictureDetection(
                box: box, label: label, labelNumber: found.label, score: found.score,
                mask: masks.map { $0.mask(found.coefficients, in: box) })
        }
    }

    /// Writes an image in the model's input format, channels last.
    private func write(_ image: RGBImage, _ placement: PicturePlacement, to target: UnsafeMutablePointer<Float>) {
        let factor = largest / 255, field = Float(Self.field) * factor, width = inputSize.width * 3
        let left = placement.left * 3, right = left + placement.scaled.width * 3, bottom = placement.top + placement.scaled.height
        target.update(repeating: field, count: placement.top * width)
        (target + bottom * width).update(repeating: field, count: (inputSize.height - bottom) * width)
        PictureScaling(from: placement.picture, to: placement.scaled).forEachRow(of: image, isBGR: isBGR) { y, line in
            let row = target + (placement.top + y) * width, start = row + left
            row.update(repeating: field, count: left)
            for index in line.indices { start[index] = Float(line[index]) * factor }
            (row + right).update(repeating: field, count: width - right)
        }
    }
}
