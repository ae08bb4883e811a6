import Imaging
import Tensors

/// A model that detects named objects in images. Immutable, and safe to use from several threads.
package protocol PictureDetector: Sendable {
    /// Class names by number.
    var labels: [String] { get }
    /// True if it yields masks in addition to boxes.
    var hasMasks: Bool { get }
    /// Size of the model's input, to which images are resized.
    var inputSize: PictureSize { get }
    /// Storage type of the weights that take most of the time.
    var format: DataType { get }
    /// Lower bounds on the cost per image.
    var cost: ComputeCost { get }
    /// Notes on how the files were read where other readings were possible, one line each.
    var notes: [String] { get }

    /// Objects in an image, best first.
    /// - Parameter threshold: lower bound on the score, 0...1.
    /// - Throws: `CheckpointError` if the outputs for this image are not detections.
    func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection]
}

/// Opens detectors by the kind of their files.
package enum PictureDetectors {
    /// Storage types to which weights can be converted.
    package static let formats: [DataType] = [.f32, .bf16, .f16, .q8]

    /// Opens an RF-DETR directory or an ONNX file of the YOLO family.
    /// - Parameters:
    ///   - format: storage type of the largest weights; for RF-DETR only.
    ///   - family, input: settings that an ONNX file lacks or has wrong, as text.
    /// - Throws: `CheckpointError` if it is neither or cannot be used; `InputError` for options that do not apply.
    package static func open(
        _ path: String, format: DataType = .f32, family: String? = nil, input: String? = nil
    ) throws -> any PictureDetector {
        let options = try OnnxDetector.Options(family: family, input: input)
        guard path.hasSuffix(".onnx") else {
            guard family == nil, input == nil else {
                throw InputError(
                    .usage, "\(path): found a family or input format for an RF-DETR directory, which defines both, expected an ONNX file")
            }
            return try RFDETRDetector(directory: path, format: format)
        }
        guard format == .f32 else {
            throw InputError(.usage, "\(path): found an ONNX file with weights \(format.rawValue.lowercased()), expected RF-DETR, or f32")
        }
        return try OnnxDetector(path: path, options: options)
    }

    /// True for the path of a detector: an ONNX file, or a directory whose configuration is that of RF-DETR.
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
