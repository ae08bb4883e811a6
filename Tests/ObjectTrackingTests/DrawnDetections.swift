import Foundation
import Imaging
import Masks
import ObjectTracking

/// Detections of boxes that move by formulas, so that every object is known.
struct DrawnDetections {
    var rate = 10.0
    private(set) var times: [Double]
    private(set) var detections: [Detection] = []
    /// Number of the object each detection shows; nil for one that shows none.
    private(set) var objects: [Int?] = []
    private var count = 0

    init(rate: Double = 10, seconds: Double) {
        self.rate = rate
        times = (0...Int((seconds * rate).rounded())).map { Double($0) / rate }
    }

    /// - Parameters:
    ///   - score: of a detection by its seconds; nil for none.
    ///   - box: by its seconds; nil where there is none.
    mutating func add(
        label: String? = nil, identity: TrackID? = nil, score: (Double) -> Double? = { _ in nil }, box: (Double) -> Rectangle?
    ) {
        for (frame, time) in times.enumerated() {
            guard let box = box(time) else { continue }
            // The jitter of a detector: up to 2 pixels, the same in each run.
            let jitter = sin(Double(frame * 7 + count * 3)) * 2
            detections.append(
                Detection(
                    frame: frame, box: box.moved(x: jitter, y: -jitter / 2), label: label, score: score(time), identity: identity))
            objects.append(count)
        }
        count += 1
    }

    /// Adds a detection of nothing.
    mutating func addClutter(frame: Int, box: Rectangle, score: Double? = nil) {
        detections.append(Detection(frame: frame, box: box, score: score))
        objects.append(nil)
    }

    func tracks(filter: DetectionFilter = DetectionFilter(), looked: [Int]? = nil) -> DetectedTracks {
        DetectionLinking.tracks(of: detections, times: times, looked: looked, filter: filter)
    }

    /// Ids of the tracks that an object's detections became part of.
    func ids(of object: Int, in found: DetectedTracks) -> Set<TrackID> {
        Set(zip(objects, found.fates).compactMap { $0 == object ? $1.track : nil })
    }
}

extension DetectionFate {
    var track: TrackID? {
        switch self {
        case .began(let id), .matched(let id): id
        default: nil
        }
    }
}

/// A person's box, 40 x 90, about a middle.
func person(_ x: Double, _ y: Double = 200) -> Rectangle { Rectangle(left: x - 20, top: y - 45, width: 40, height: 90) }
