import Foundation
import SegmentAnything
import TestSupport
import Tensors
import Testing

/// A small checkpoint, and results of transformers with it (`Fixtures/sam`).
struct ImageGoldens {
    struct Case: Decodable {
        struct Scores: Decodable {
            let multi: [Float]
            let single: [Float]
        }

        /// x, y, label.
        let points: [[Float]]
        /// Left, top, right, bottom.
        let box: [Float]?
        let mask: Bool
        let ious: Scores
        let object_score: Float

        /// Ordered as in the published code: points, then the box's corners; without any, a padding point.
        var prompt: [PromptPoint] {
            let points = points.map { PromptPoint(x: $0[0], y: $0[1], label: $0[2] == 1 ? .foreground : .background) }
            let corners = box.map {
                [PromptPoint(x: $0[0], y: $0[1], label: .boxTopLeft), PromptPoint(x: $0[2], y: $0[3], label: .boxBottomRight)]
            } ?? []
            return points.isEmpty && corners.isEmpty ? [.none] : points + corners
        }
    }

    static let names = ["sam-a", "sam-b", "sam-c"]

    let name: String
    let model: SegmentAnythingImageModel
    let cases: [String: Case]
    private let expected: SafetensorsFile

    init(_ name: String) throws {
        self.name = name
        let folder = Fixtures.path("sam/\(name)")
        model = try SegmentAnythingImageModel(directory: folder)
        expected = try SafetensorsFile(path: folder + "/expected.safetensors")
        cases = try JSONDecoder().decode(
            [String: Case].self, from: Data(contentsOf: URL(filePath: folder + "/expected.json")))
    }

    func tensor(_ key: String) throws -> Tensor { try #require(expected.tensor(key), "\(name) \(key)") }

    /// Expects `output` to be within 1e-4 of the largest magnitude of the tensor stored under `key`.
    func expect(_ output: Tensor, equals key: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let wanted = try tensor(key)
        #expect(output.shape == wanted.shape, "\(name) \(key)", sourceLocation: sourceLocation)
        let scale = wanted.array.reduce(0) { max($0, abs($1)) }
        let largest = zip(output.array, wanted.array).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(largest <= 1e-4 * scale, "\(name) \(key): \(largest / scale)", sourceLocation: sourceLocation)
    }
}
