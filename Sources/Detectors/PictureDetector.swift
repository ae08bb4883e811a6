import Imaging
import Tensors

/// A model that finds objects it has names for in pictures. It never changes, and several threads may use it at a time.
package protocol PictureDetector: Sendable {
    /// Names of the classes, by their number.
    var labels: [String] { get }
    /// True if it finds masks besides boxes.
    var hasMasks: Bool { get }
    /// Readings of its files where others were possible, a line each.
    var notes: [String] { get }

    /// Objects in a picture, the best first.
    /// - Parameter threshold: the least score, 0...1.
    /// - Throws: `CheckpointError` when the model makes something else of the picture than objects.
    func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection]
}

/// Detectors by the files they are in.
package enum PictureDetectors {
    /// Opens a directory of RF-DETR, or an ONNX file of the YOLO family.
    /// - Throws: `CheckpointError` when it is neither, or cannot be used.
    package static func open(_ path: String) throws -> any PictureDetector {
        path.hasSuffix(".onnx") ? try OnnxDetector(path: path) : try RFDETRDetector(directory: path)
    }
}

extension OnnxDetector: PictureDetector {
    package func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection] {
        try self(image, threshold: threshold)
    }
}

extension RFDETRDetector: PictureDetector {
    package var hasMasks: Bool { model.makesMasks }
    package var notes: [String] { [] }

    package func detections(in image: RGBImage, threshold: Float) throws -> [PictureDetection] {
        self(image, threshold: threshold)
    }
}
