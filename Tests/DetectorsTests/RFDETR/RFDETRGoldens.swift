import Detectors
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

/// A small RF-DETR checkpoint with results of transformers (`Fixtures/detectors/rfdetr`).
struct RFDETRGoldens {
    struct Expected: Decodable {
        struct Found: Decodable {
            let scores: [Float]
            let labels: [Int]
            /// Left, top, right, bottom in the picture's pixels.
            let boxes: [[Float]]
            /// Label and score of each mask.
            let segments: [[Float]]?
        }

        let thresholds: [Float]
        let found: [Found]
    }

    static let names = ["det-1", "det-2", "det-4", "seg-1", "seg-2", "seg-4"]

    let name: String
    let detector: RFDETRDetector
    let expected: Expected
    private let file: SafetensorsFile

    static func folder(_ name: String) -> String { Fixtures.path("detectors/rfdetr/\(name)") }

    init(_ name: String) throws {
        self.name = name
        let folder = Self.folder(name)
        detector = try RFDETRDetector(directory: folder)
        file = try SafetensorsFile(path: folder + "/expected.safetensors")
        expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: URL(filePath: folder + "/expected.json")))
    }

    var model: RFDETRModel { detector.model }

    func tensor(_ key: String) throws -> Tensor { try #require(file.tensor(key), "\(name) \(key)") }

    func picture() throws -> RGBImage {
        let pixels = try tensor("picture")
        return RGBImage(width: pixels.shape[1], height: pixels.shape[0], pixels: pixels.array.map { UInt8($0) })
    }

    /// Output of transformers.
    func prediction() throws -> RFDETRPrediction {
        RFDETRPrediction(
            logits: try tensor("logits"), boxes: try tensor("boxes"), masks: name.hasPrefix("seg") ? try tensor("masks") : nil)
    }

    /// Expects `output` to be within a fraction of the largest magnitude of the tensor stored under `key`.
    func expect(
        _ output: Tensor, equals key: String, within share: Float = 1e-4, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let wanted = try tensor(key)
        #expect(output.shape == wanted.shape, "\(name) \(key)", sourceLocation: sourceLocation)
        let scale = wanted.array.reduce(0) { max($0, abs($1)) }
        // Written so that NaN counts as a difference.
        let largest = zip(output.array, wanted.array).reduce(Float(0)) {
            let difference = abs($1.0 - $1.1)
            return difference <= $0 ? $0 : difference
        }
        if ProcessInfo.processInfo.environment["DAMVIDEO_SHOW_PARITY"] != nil { print(name, key, largest / scale) }
        #expect(largest <= share * scale, "\(name) \(key): \(largest / scale)", sourceLocation: sourceLocation)
    }
}
