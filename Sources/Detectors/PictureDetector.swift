import Imaging
import Tensors

/// A model that finds objects it has names for in pictures. It never changes, and several threads may use it at a time.
package protocol PictureDetector: Sendable {
    /// Names of the classes, by their number.
    var labels: [String] { get }
    /// True if it finds masks besides boxes.
    var hasMasks: Bool { get }
    /// Size of the pictures that the model looks at; others are brought to it.
    var inputSize: PictureSize { get }
    /// Format of the weights that take most of the time.
    var format: DataType { get }
    /// Lower bounds on the work for a picture.
    var cost: ComputeCost { get }
    /// Readings of its files where others were possible, a line each.
    var notes: [String] { get }

    /// Objects in a picture, the best first.
    /// - Parameter threshold: the least score, 0...1.
    /// - Throws: `CheckpointError` when the model makes something else of the picture than objects.
    func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection]
}

/// Detectors by the files they are in.
package enum PictureDetectors {
    /// Formats that weights can be rounded to.
    package static let formats: [DataType] = [.f32, .bf16, .f16, .q8]

    /// Opens a directory of RF-DETR, or an ONNX file of the YOLO family.
    /// - Parameters:
    ///   - format: that the largest weights are rounded to; of RF-DETR only.
    ///   - family, input: facts of an ONNX file in words, which it does not tell or tells wrongly.
    /// - Throws: `CheckpointError` when it is neither, or cannot be used; `InputError` for what it cannot have.
    package static func open(
        _ path: String, format: DataType = .f32, family: String? = nil, input: String? = nil
    ) throws -> any PictureDetector {
        let options = try OnnxDetector.Options(family: family, input: input)
        guard path.hasSuffix(".onnx") else {
            guard family == nil, input == nil else {
                throw InputError(
                    .usage, "\(path): found a family or kind of input besides a directory of RF-DETR, which tells both, expected an ONNX file")
            }
            return try RFDETRDetector(directory: path, format: format)
        }
        guard format == .f32 else {
            throw InputError(.usage, "\(path): found an ONNX file for weights in \(format.rawValue.lowercased()), expected RF-DETR, or f32")
        }
        return try OnnxDetector(path: path, options: options)
    }

    /// True for a path that names a detector: an ONNX file, or a directory whose configuration is RF-DETR's.
    package static func isDetector(_ path: String) -> Bool { path.hasSuffix(".onnx") || RFDETRConfiguration.isThere(path) }
}

extension OnnxDetector: PictureDetector {
    package var format: DataType { .f32 }

    package func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection] {
        try self(image, threshold: threshold)
    }
}

extension RFDETRDetector: PictureDetector {
    package var hasMasks: Bool { model.makesMasks }
    package var notes: [String] { [] }
    package var inputSize: PictureSize { PictureSize(width: model.side, height: model.side) }
    package var format: DataType { model.format }
    package var cost: ComputeCost {
        RFDETRCost(configuration: model.configuration, side: model.side, makesMasks: model.makesMasks, format: model.format).picture
    }

    package func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection] {
        self(image, threshold: threshold)
    }
}
