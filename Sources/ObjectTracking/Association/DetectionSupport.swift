import Imaging
import Masks

/// Thresholds of `DetectionSupport`.
package enum DetectionSupportConstants {
    /// Seconds up to which a frame can support a detection; the adjacent frame always can.
    static let reach = 0.35
    /// Upper bound on such frames, before and after.
    static let frames = 4
    /// IoU with a supporting detection.
    static let overlap = 0.3
    /// Sizes by which boxes are grown per second between them: a person walking.
    static let speed = 0.6
}

/// Confirmation of detections by others at the same position shortly before and after.
struct DetectionSupport {
    private typealias Constant = DetectionSupportConstants

    /// Fraction of the nearby frames that confirm a detection, 0...1, by its index; missing if there are no nearby frames.
    private(set) var shares: [Int: Double] = [:]
    /// Mean IoU with the best detection of each nearby frame, which serves as a score for sources without one.
    private(set) var overlaps: [Int: Double] = [:]

    /// - Parameters:
    ///   - places: indices of the selected detections.
    ///   - frames: processed frames, ascending.
    init(_ detections: [Detection], _ places: [Int], frames: [FrameTime]) {
        let byFrame = Dictionary(grouping: places) { detections[$0].frame }
        for (index, frame) in frames.enumerated() {
            guard let own = byFrame[frame.number] else { continue }
            var around: [(number: Int, gap: Double)] = []
            for step in [-1, 1] {
                for distance in 1...Constant.frames where frames.indices.contains(index + step * distance) {
                    let other = frames[index + step * distance], gap = abs(other.time - frame.time)
                    if distance == 1 || gap <= Constant.reach { around.append((other.number, gap)) }
                }
            }
            guard !around.isEmpty else { continue }
            for place in own {
                let box = detections[place].box
                let best = around.map { other -> Double in
                    let margin = SIMD2(repeating: Constant.speed * box.size * other.gap), grown = box.grown(by: margin)
                    return (byFrame[other.number] ?? []).map { detections[$0].box.grown(by: margin).overlap(with: grown) }.max() ?? 0
                }
                shares[place] = Double(best.count { $0 > Constant.overlap }) / Double(best.count)
                overlaps[place] = best.reduce(0, +) / Double(best.count)
            }
        }
    }
}
