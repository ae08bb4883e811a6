import Imaging
import Tensors

/// Recognises a head from the outputs' shapes, the graph and the file's metadata.
struct HeadRecognition {
    let model: OnnxModel
    let size: PictureSize
    /// Shape of each output; nil if it depends on the image's content.
    let shapes: [[Int]?]
    /// Number of class names in the file; nil if it has none.
    let nameCount: Int?

    /// - Parameter family: given by the user; nil to recognise it.
    /// - Throws: `CheckpointError` if the outputs match no family, or more than one.
    func head(_ family: DetectorFamily?) throws -> DetectorHead {
        if let task = model.metadata["task"], !["detect", "segment"].contains(task) {
            throw error(found: "a model for the task \(task)", expected: "one that detects or segments")
        }
        let prototypes = shapes.firstIndex { $0?.count == 4 && $0?.contains(0) == false }
        let maskCount = prototypes.flatMap { shapes[$0]?[1] } ?? 0
        let candidates = shapes.indices.filter { $0 != prototypes && isBoxes(shapes[$0]) }
        guard let boxes = candidates.first, candidates.count == 1 || prototypes != nil else { throw unknown() }
        let reading = try family.map { try given(shapes[boxes], $0) } ?? reading(shapes[boxes], maskCount)
        let chosen = reading.family
        let hasPrototypes = prototypes != nil && [.yolov8, .endToEnd, .yolov5].contains(chosen)
        let classes = reading.classes(chosen, hasPrototypes ? maskCount : 0)
        if let classes, classes < 1 { throw unknown() }
        if chosen == .endToEnd, (reading.width ?? 0) < 6 + (hasPrototypes ? maskCount : 0) { throw unknown() }
        if let classes, let nameCount, nameCount != classes {
            throw error(found: "\(classes) classes and names of \(nameCount)", expected: "a name for each class")
        }
        var strides: [Int] = []
        if chosen == .yolox {
            guard let found = DetectorHead.strides(of: reading.places, perCell: 1, size: size) else { throw unknown() }
            strides = found
        }
        return DetectorHead(
            family: chosen, boxes: boxes, prototypes: hasPrototypes ? prototypes : nil, maskCount: hasPrototypes ? maskCount : 0,
            classCount: classes, strides: strides)
    }

    private func isBoxes(_ shape: [Int]?) -> Bool {
        guard let shape else { return true }
        return shape.count == 3 && shape[0] == 1 || shape.count == 2 && shape[1] == 7
    }

    /// Interpretation of an output with boxes.
    private struct Reading {
        let family: DetectorFamily
        let places: Int
        /// Numbers per box; nil if it depends on the image's content.
        let width: Int?

        func classes(_ family: DetectorFamily, _ masks: Int) -> Int? {
            guard let width, !family.isSuppressed else { return nil }
            return width - masks - (family == .yolov8 ? 4 : 5)
        }
    }

    /// Interpretation of an output with boxes for a given family.
    /// - Throws: `CheckpointError` if only the other dimension can be the boxes.
    private func given(_ shape: [Int]?, _ family: DetectorFamily) throws -> Reading {
        guard let shape, shape.count == 3 else { return Reading(family: family, places: 0, width: nil) }
        let rows = cells(shape[1], 1) || cells(shape[1], 3), columns = cells(shape[2], 1)
        if family == .yolov8 ? rows && !columns : columns && !rows && !family.isSuppressed {
            throw error(
                found: "an output of \(shape), whose boxes are \(rows ? "rows" : "columns")",
                expected: rows ? "--detector-family yolox, yolox-decoded or yolov5" : "--detector-family yolov8")
        }
        return family == .yolov8
            ? Reading(family: family, places: shape[2], width: shape[1]) : Reading(family: family, places: shape[1], width: shape[2])
    }

    /// True if a number of boxes is that of grids over the input.
    private func cells(_ count: Int, _ perCell: Int) -> Bool {
        DetectorHead.strides(of: count, perCell: perCell, size: size) != nil
    }

    /// - Throws: `CheckpointError` if it matches no family, or two.
    private func reading(_ shape: [Int]?, _ masks: Int) throws -> Reading {
        guard let shape, shape.count == 3 else { return Reading(family: .endToEndRows, places: 0, width: nil) }
        let rows = shape[1], columns = shape[2]
        let isThree = cells(rows, 3), isOne = cells(rows, 1), isTransposed = cells(columns, 1)
        if isTransposed, isOne || isThree {
            throw error(found: "an output of \(shape)", expected: "--detector-family yolov8 or yolov5: both dimensions may be boxes")
        }
        if columns == 6 + masks, !(isOne || isThree) || isChosen { return Reading(family: .endToEnd, places: rows, width: columns) }
        if isTransposed, rows > 4 + masks { return Reading(family: .yolov8, places: columns, width: rows) }
        if isThree, columns > 5 { return Reading(family: .yolov5, places: rows, width: columns) }
        if isOne, columns > 5 { return Reading(family: oneEachCell, places: rows, width: columns) }
        throw unknown()
    }

    /// True if the six numbers per box are those of a final detection, rather than objectness and a single class.
    private var isChosen: Bool {
        if let nameCount, nameCount != 1 { return true }
        return model.graph.nodes.contains { ["TopK", "NonMaxSuppression"].contains($0.operation) }
    }

    /// The family with one box per cell and an objectness: YOLOX leaves boxes undecoded, or takes the exponential of sizes in
    /// the graph.
    private var oneEachCell: DetectorFamily {
        if HeadGraph(model).isRaw { return .yolox }
        return model.graph.nodes.contains { $0.operation == "Exp" } ? .yoloxDecoded : .yolov5
    }

    private func unknown() -> CheckpointError {
        let list = shapes.map { $0.map { "\($0)" } ?? "[open]" }.joined(separator: ", ")
        return error(
            found: "outputs of \(list) for inputs of \(size)",
            expected: "those of YOLOX, YOLOv5 to v12 or an end-to-end export, boxes decoded")
    }

    private func error(found: String, expected: String) -> CheckpointError {
        CheckpointError(file: model.path, found: found, expected: expected)
    }
}

/// The final part of a graph.
private struct HeadGraph {
    private let makers: [String: OnnxNode]
    private let outputs: [String]

    init(_ model: OnnxModel) {
        makers = model.graph.nodes.reduce(into: [:]) { makers, node in for name in node.outputs { makers[name] = node } }
        outputs = model.graph.outputs.map(\.name)
    }

    /// True if the outputs are those of convolutions, apart from changes of layout and the scores' sigmoid.
    var isRaw: Bool {
        let moving: Set = [
            "Concat", "Transpose", "Reshape", "Flatten", "Sigmoid", "Cast", "Identity", "Slice", "Split", "Unsqueeze", "Squeeze",
        ]
        var pending = outputs, seen = Set(pending)
        while let name = pending.popLast() {
            guard let node = makers[name] else { return false }
            if node.operation == "Conv" { continue }
            guard moving.contains(node.operation) else { return false }
            let sources = node.operation == "Concat" ? node.inputs : Array(node.inputs.prefix(1))
            for source in sources where seen.insert(source).inserted { pending.append(source) }
        }
        return true
    }
}
