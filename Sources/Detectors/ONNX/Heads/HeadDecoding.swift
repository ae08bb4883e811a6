import Foundation
import Imaging
import Tensors

extension DetectorHead {
    /// Boxes in an image whose score reaches a threshold, in the pixels of the model's input.
    /// - Parameter output: the model's output with boxes.
    func boxes(_ output: Tensor, size: PictureSize, threshold: Float) -> [ScoredBox] {
        output.withValues { values in
            switch family {
            case .yolox: undecoded(values, output.width, size, threshold)
            case .yoloxDecoded, .yolov5: rows(values, output.width, threshold)
            case .yolov8: columns(values, output.width, threshold)
            case .endToEnd: corners(values, output.width, threshold, first: 0, score: 4, label: 5)
            case .endToEndRows: corners(values, 7, threshold, first: 1, score: 6, label: 5)
            }
        }
    }

    /// Decodes `[N, 5 + C]` with boxes relative to their cells.
    private func undecoded(
        _ values: UnsafeBufferPointer<Float>, _ width: Int, _ size: PictureSize, _ threshold: Float
    ) -> [ScoredBox] {
        var place = 0, result: [ScoredBox] = []
        for stride in strides {
            let columns = size.width / stride
            for cell in 0..<columns * (size.height / stride) {
                let line = UnsafeBufferPointer(rebasing: values[place * width..<(place + 1) * width]), step = Float(stride)
                place += 1
                guard let (label, score) = best(line, threshold) else { continue }
                let box = Self.box(
                    x: (line[0] + Float(cell % columns)) * step, y: (line[1] + Float(cell / columns)) * step,
                    width: expf(line[2]) * step, height: expf(line[3]) * step)
                if let box { result.append(ScoredBox(box: box, label: label, score: score)) }
            }
        }
        return result
    }

    /// Reads `[N, 5 + C (+ M)]` with boxes in pixels.
    private func rows(_ values: UnsafeBufferPointer<Float>, _ width: Int, _ threshold: Float) -> [ScoredBox] {
        (0..<values.count / width).compactMap { place in
            let line = UnsafeBufferPointer(rebasing: values[place * width..<(place + 1) * width])
            guard let (label, score) = best(line, threshold),
                let box = Self.box(x: line[0], y: line[1], width: line[2], height: line[3])
            else { return nil }
            return ScoredBox(box: box, label: label, score: score, coefficients: Array(line.suffix(maskCount)))
        }
    }

    /// The best class of a box, by class score times objectness; nil below the threshold.
    private func best(_ line: UnsafeBufferPointer<Float>, _ threshold: Float) -> (label: Int, score: Float)? {
        guard line[4] >= threshold else { return nil }
        var best = 5
        for column in 5..<line.count - maskCount where line[column] > line[best] { best = column }
        let score = line[4] * line[best]
        return score >= threshold ? (best - 5, score) : nil
    }

    /// Reads `[4 + C (+ M), N]` with boxes in pixels: the best class of each box.
    private func columns(_ values: UnsafeBufferPointer<Float>, _ count: Int, _ threshold: Float) -> [ScoredBox] {
        let height = values.count / max(1, count), classes = height - 4 - maskCount
        // Row by row, in memory order: the best score of each box so far.
        var best = [Float](repeating: -1, count: count), labels = [Int](repeating: 0, count: count)
        for label in 0..<classes {
            let line = UnsafeBufferPointer(rebasing: values[(4 + label) * count..<(5 + label) * count])
            for place in 0..<count where line[place] > best[place] { (best[place], labels[place]) = (line[place], label) }
        }
        return (0..<count).compactMap { place in
            func value(_ row: Int) -> Float { values[row * count + place] }
            guard best[place] >= threshold, let box = Self.box(x: value(0), y: value(1), width: value(2), height: value(3)) else {
                return nil
            }
            return ScoredBox(
                box: box, label: labels[place], score: best[place],
                coefficients: (0..<maskCount).map { value(4 + classes + $0) })
        }
    }

    /// Reads `[N, ...]` with corners in pixels, after NMS.
    private func corners(
        _ values: UnsafeBufferPointer<Float>, _ width: Int, _ threshold: Float, first: Int, score: Int, label: Int
    ) -> [ScoredBox] {
        (0..<values.count / width).compactMap { place in
            let line = UnsafeBufferPointer(rebasing: values[place * width..<(place + 1) * width])
            let (left, top, right, bottom) = (line[first], line[first + 1], line[first + 2], line[first + 3])
            guard line[score] >= threshold, line[label] >= 0,
                let box = Self.box(x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top)
            else { return nil }
            return ScoredBox(
                box: box, label: line[label].wholeNumber, score: line[score], coefficients: Array(line.suffix(maskCount)))
        }
    }

    /// A box from its centre and size; nil if it has no area or is not finite.
    private static func box(x: Float, y: Float, width: Float, height: Float) -> Rectangle? {
        guard x.isFinite, y.isFinite, width.isFinite, height.isFinite, width > 0, height > 0 else { return nil }
        return Rectangle(
            left: Double(x) - Double(width) / 2, top: Double(y) - Double(height) / 2, width: Double(width), height: Double(height))
    }
}
