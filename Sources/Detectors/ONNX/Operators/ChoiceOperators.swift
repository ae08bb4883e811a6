/// Operators that select the best elements.
extension Operators {
    static let choices: [String: Operator] = [
        "TopK": topK,
        "NonMaxSuppression": nonMaxSuppression,
    ]

    private static func topK(_ plan: NodePlan) throws -> [ArrayValue] {
        let input = try plan.input(0), axis = try plan.axis(plan.node.integer("axis", -1), rank: input.rank)
        let size = input.shape[axis], step = input.layout.strides[axis], largest = plan.node.integer("largest", 1) != 0
        guard let wanted = try plan.integers(1).first, (0...size).contains(wanted) else {
            throw plan.error(found: "more than the \(size) available elements", expected: "at most as many")
        }
        let kept = input.shape.indices.filter { $0 != axis }
        var shape = input.shape
        shape[axis] = wanted
        let values = try plan.output(input.type, shape, order: kept + [axis])
        let indices = try plan.output(.integer, shape, index: 1, order: kept + [axis])
        let lines = ArrayLines(input.layout, along: [axis], kept)
        try plan.emit(reading: [input], writing: [values, indices], work: input.count * 8) { memory in
            let source = memory.start(input), best = memory.start(values), places = memory.start(indices)
            lines.forEach { number, start in
                let numbers = source + start
                // Equal values by index, NaNs last.
                let order = (0..<size).sorted { first, second in
                    let left = numbers[first * step], right = numbers[second * step]
                    if left == right || left.isNaN && right.isNaN { return first < second }
                    return right.isNaN || (largest ? left > right : left < right)
                }
                for (place, index) in order.prefix(wanted).enumerated() {
                    best[number * wanted + place] = numbers[index * step]
                    places[number * wanted + place] = Float(index)
                }
            }
        }
        return [values, indices]
    }

    /// NonMaxSuppression. The number of boxes depends on the image, so it is computed before the nodes after it are planned.
    private static func nonMaxSuppression(_ plan: NodePlan) throws -> [ArrayValue] {
        let boxes = try plan.input(0), scores = try plan.input(1), planner = plan.planner
        guard boxes.rank == 3, scores.rank == 3, boxes.shape[2] == 4, boxes.shape[0] == scores.shape[0], boxes.shape[1] == scores.shape[2]
        else { throw plan.error(found: "shapes \(boxes.shape) and \(scores.shape)", expected: "boxes and their scores") }
        func limit(_ index: Int, _ fallback: Float) throws -> Float {
            guard let input = plan.optional(index) else { return fallback }
            guard let value = planner.numbers(input)?.first else {
                throw plan.error(found: "a limit that depends on the image", expected: "a constant one")
            }
            return value
        }
        let most = try limit(2, 0).wholeNumber, overlap = try limit(3, 0), score = try limit(4, -.infinity)
        guard let places = planner.numbers(boxes), let values = planner.numbers(scores) else {
            throw plan.error(found: "boxes that are not known", expected: "known ones")
        }
        let suppression = BoxSelection(
            boxes: places, count: boxes.shape[1], isCentred: plan.node.integer("center_point_box", 0) != 0, most: most,
            overlap: overlap, score: score)
        var chosen: [Float] = []
        for batch in 0..<scores.shape[0] {
            for label in 0..<scores.shape[1] {
                let first = (batch * scores.shape[1] + label) * scores.shape[2]
                for index in suppression.chosen(batch: batch, scores: values[first..<first + scores.shape[2]]) {
                    chosen += [Float(batch), Float(label), Float(index)]
                }
            }
        }
        return [planner.constant(.integer, [chosen.count / 3, 3], chosen)]
    }
}

/// The selection of ONNX's NonMaxSuppression.
private struct BoxSelection {
    /// `[batches, count, 4]`.
    let boxes: [Float]
    let count: Int
    /// True for centre, width and height; false for two corners.
    let isCentred: Bool
    let most: Int
    let overlap: Float
    let score: Float

    func chosen(batch: Int, scores: ArraySlice<Float>) -> [Int] {
        var chosen: [Int] = []
        let candidates = scores.indices.filter { scores[$0] > score }
            .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        for candidate in candidates where chosen.count < most {
            let index = candidate - scores.startIndex, box = corners(batch, index)
            if chosen.allSatisfy({ Self.overlap(corners(batch, $0), box) <= overlap }) { chosen.append(index) }
        }
        return chosen
    }

    private func corners(_ batch: Int, _ index: Int) -> SIMD4<Float> {
        let first = (batch * count + index) * 4
        let box = SIMD4(boxes[first], boxes[first + 1], boxes[first + 2], boxes[first + 3])
        if isCentred { return SIMD4(box[0] - box[2] / 2, box[1] - box[3] / 2, box[0] + box[2] / 2, box[1] + box[3] / 2) }
        return SIMD4(min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]))
    }

    private static func overlap(_ first: SIMD4<Float>, _ second: SIMD4<Float>) -> Float {
        func area(_ box: SIMD4<Float>) -> Float { max(0, box[2] - box[0]) * max(0, box[3] - box[1]) }
        let common = area(
            SIMD4(max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])))
        let all = area(first) + area(second) - common
        return all > 0 ? common / all : 0
    }
}
