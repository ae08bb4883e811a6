import Detectors
import Imaging
import Tensors
import Testing

/// Post-processing against the published processor: if these fail, scores, boxes or masks differ.
struct RFDETRDetectionTests {
    /// Scores, classes and boxes of transformers' own outputs, for every threshold.
    @Test(arguments: RFDETRGoldens.names)
    func scoredQueriesEqualThePublishedOnes(name: String) throws {
        let golden = try RFDETRGoldens(name), prediction = try golden.prediction(), picture = try golden.picture()
        for (threshold, found) in zip(golden.expected.thresholds, golden.expected.found) {
            let scored = prediction.scoredQueries(threshold: threshold)
            #expect(scored.map(\.classIndex) == found.labels)
            #expect(zip(scored.map(\.score), found.scores).allSatisfy { abs($0 - $1) < 1e-6 })
            for (query, corners) in zip(scored, found.boxes) {
                let box = prediction.box(query.query, width: picture.width, height: picture.height)
                for (edge, wanted) in zip([box.left, box.top, box.right, box.bottom], corners) {
                    #expect(abs(edge - Double(wanted)) < 1e-4)
                }
            }
        }
    }

    /// Binary masks equal those of the published processor, pixel for pixel.
    @Test(arguments: RFDETRGoldens.names.filter { $0.hasPrefix("seg") })
    func masksEqualThePublishedOnes(name: String) throws {
        let golden = try RFDETRGoldens(name), prediction = try golden.prediction(), picture = try golden.picture()
        for (number, threshold) in golden.expected.thresholds.enumerated() {
            let maps = try golden.tensor("maps.\(number)"), segments = try #require(golden.expected.found[number].segments)
            let scored = prediction.scoredQueries(threshold: threshold).compactMap { query in
                prediction.mask(query.query, width: picture.width, height: picture.height).flatMap { mask in
                    mask.area > 0 ? (query, mask) : nil
                }
            }
            #expect(scored.count == segments.count && maps.shape == [segments.count, picture.height, picture.width])
            #expect(scored.map { Float($0.0.classIndex) } == segments.map { $0[0] })
            #expect(scored.flatMap { $0.1.pixels.map(Float.init) } == maps.array)
        }
    }

    /// The detector itself: one object per query, of its best class, with names, in the picture's pixels.
    @Test(arguments: RFDETRGoldens.names)
    func detectorFindsOneObjectPerQuery(name: String) throws {
        let golden = try RFDETRGoldens(name), prediction = try golden.prediction(), picture = try golden.picture()
        let threshold = golden.expected.thresholds[1]
        var queries: Set<Int> = []
        let wanted = prediction.scoredQueries(threshold: threshold).filter { query in
            let area = prediction.mask(query.query, width: picture.width, height: picture.height)?.area ?? 1
            return queries.insert(query.query).inserted && area > 0
        }
        let found = golden.detector(picture, threshold: threshold)
        #expect(found.map(\.labelNumber) == wanted.map(\.classIndex))
        #expect(found.map(\.label) == wanted.map { "LABEL_\($0.classIndex)" })
        for (object, query) in zip(found, wanted) {
            let box = prediction.box(query.query, width: picture.width, height: picture.height)
            #expect(abs(object.score - query.score) < 1e-4 && object.box.overlap(with: box) > 0.999)
            let mask = prediction.mask(query.query, width: picture.width, height: picture.height)
            let differing = zip(object.mask?.pixels ?? [], mask?.pixels ?? []).count { $0 != $1 }
            #expect(object.mask?.pixels.count == mask?.pixels.count && differing * 1000 <= picture.width * picture.height)
        }
    }

    /// Features are compared rather than boxes: in a random model the first stage's choice of cells depends on the last bits.
    @Test(arguments: ["det-1", "seg-2"], [(DataType.q8, Float(0.15)), (.bf16, 0.03)])
    func quantisedWeightsChangeLittle(name: String, loss: (format: DataType, share: Float)) throws {
        let golden = try RFDETRGoldens(name), rounded = try RFDETRDetector(directory: RFDETRGoldens.folder(name), format: loss.format)
        let pixels = try golden.tensor("pixels")
        let wanted = golden.model.backboneFeatures(pixels).array, found = rounded.model.backboneFeatures(pixels).array
        let largest = wanted.reduce(0) { max($0, abs($1)) }
        let difference = zip(wanted, found).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference > 0 && difference < loss.share * largest, "\(difference / largest)")
        #expect(rounded.format == loss.format && golden.detector.format == .f32)
    }

    /// Two classes of one query are one object; equal scores keep the queries' order; a score at the threshold is excluded.
    @Test func aQueryWithTwoClassesIsOneObject() {
        let prediction = RFDETRPrediction(
            logits: Tensor([3, 2], values: [2, 3, 0, -9, 2, -9]),
            boxes: Tensor([3, 4], values: [0.5, 0.5, 0.2, 0.4, 0.25, 0.5, 0.5, 1, 0.75, 0.25, 0.1, 0.1]), masks: nil)
        #expect(prediction.scoredQueries(threshold: 0).map(\.query) == [0, 0, 2])
        let found = prediction.detections(threshold: 0.5, labels: ["car", "truck"], width: 200, height: 100)
        #expect(found.map(\.label) == ["truck", "car"])
        #expect(abs(found[0].box.left - 80) < 1e-4 && abs(found[0].box.height - 40) < 1e-4)
        #expect(abs(found[1].box.left - 140) < 1e-4 && abs(found[1].box.width - 20) < 1e-4)
        #expect(prediction.scoredQueries(threshold: 0.8807971).map(\.classIndex) == [1])
    }

    /// Detections with an empty mask, or with a non-finite box, are dropped.
    @Test func emptyMasksAndInfiniteBoxesAreDropped() {
        let prediction = RFDETRPrediction(
            logits: Tensor([3, 1], values: [3, 2, 1]),
            boxes: Tensor([3, 4], values: [0.5, 0.5, 0.2, 0.4, 0.5, 0.5, .infinity, 1, 0.5, 0.5, 0.2, 0.2]),
            masks: Tensor([3, 1, 2], values: [-1, -1, 1, 1, -1, 3]))
        let found = prediction.detections(threshold: 0.1, labels: ["a"], width: 4, height: 1)
        #expect(found.map { abs($0.score - 0.731_058_6) < 1e-6 } == [true])
        // The second pixel's logit is 0, which is outside.
        #expect(found.first?.mask?.pixels == [0, 0, 1, 1])
    }
}
