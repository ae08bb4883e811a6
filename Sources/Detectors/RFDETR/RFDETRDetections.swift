import Foundation
import Imaging
import Parallelism
import Tensors

/// A query with one of its classes.
package struct ScoredQuery: Sendable, Equatable {
    package let query: Int
    package let classIndex: Int
    package let score: Float
}

extension RFDETRPrediction {
    /// The best pairs of query and class above a score threshold, at most as many as there are queries, best first. A query may
    /// occur with several classes.
    package func scoredQueries(threshold: Float) -> [ScoredQuery] {
        let classes = logits.width, scores = logits.array.map { 1 / (1 + expf(-$0)) }
        return largest(logits.rows, of: scores).filter { scores[$0] > threshold }.map {
            ScoredQuery(query: $0 / classes, classIndex: $0 % classes, score: scores[$0])
        }
    }

    /// A query's box in an image's pixels.
    package func box(_ query: Int, width: Int, height: Int) -> Rectangle {
        let numbers = boxes.rows(query..<query + 1).array
        // Corners first, in single precision, as in the published code.
        let left = (numbers[0] - 0.5 * numbers[2]) * Float(width), top = (numbers[1] - 0.5 * numbers[3]) * Float(height)
        let right = (numbers[0] + 0.5 * numbers[2]) * Float(width), bottom = (numbers[1] + 0.5 * numbers[3]) * Float(height)
        return Rectangle(
            left: Double(left), top: Double(top), width: Double(right) - Double(left), height: Double(bottom) - Double(top))
    }

    /// A query's mask at an image's size: bilinear, inside where the logit is above 0; nil for a model without masks.
    package func mask(_ query: Int, width: Int, height: Int) -> Mask? {
        guard let masks else { return nil }
        let side = masks.shape[2]
        let plane = masks.reshaped([masks.shape[0], masks.shape[1] * side]).rows(query..<query + 1)
            .reshaped([1, masks.shape[1], side])
        return Mask(
            width: width, height: height,
            pixels: plane.interpolated(height: height, width: width, .bilinear).array.map { $0 > 0 ? 1 : 0 })
    }

    /// Objects in an image, best first. A query with several classes is one object with the best of them. There is no NMS,
    /// because queries are trained to find distinct objects. Empty boxes and masks are omitted.
    package func detections(threshold: Float, labels: [String], width: Int, height: Int) -> [PictureDetection] {
        var seen: Set<Int> = []
        let found = scoredQueries(threshold: threshold).filter { seen.insert($0.query).inserted }
        let masks = Parallel.map(found.count) { mask(found[$0].query, width: width, height: height) }
        return zip(found, masks).compactMap { scored, mask in
            let box = box(scored.query, width: width, height: height)
            guard [box.left, box.top, box.right, box.bottom].allSatisfy(\.isFinite), mask?.pixels.contains(1) ?? true else {
                return nil
            }
            return PictureDetection(
                box: box, label: labels[scored.classIndex], labelNumber: scored.classIndex, score: scored.score, mask: mask)
        }
    }
}
