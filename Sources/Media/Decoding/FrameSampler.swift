/// Sampling of the frames for a track's caption.
public enum FrameSampling: String, Sendable, CaseIterable, Codable {
    /// Evenly from the frames where the track is visible.
    case track
    /// Evenly from the whole clip, as in the published program.
    case clip
}

/// Samples frames at even intervals.
package enum FrameSampler {
    /// Equal to `np.linspace(0, n - 1, count).astype(int)`: both ends included, truncated to integers, with repeats if there are
    /// fewer than `count`. Floating-point operations are in numpy's order, because truncating a nearly whole value depends on the
    /// last bit.
    /// - Returns: `count` ascending positions in 0..<n; empty if either is not positive.
    package static func positions(in n: Int, count: Int) -> [Int] {
        guard n > 0, count > 0 else { return [] }
        guard count > 1 else { return [0] }
        let step = Double(n - 1) / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? n - 1 : Int(Double($0) * step) }
    }

    /// Sampled frames in order, with repeats.
    /// - Parameters:
    ///   - visible: frames where the track is visible, ascending.
    ///   - frameCount: number of frames in the clip.
    package static func frames(_ sampling: FrameSampling, visible: [Int], frameCount: Int, count: Int) -> [Int] {
        frames(sampling, visible: visible, in: 0..<max(0, frameCount), count: count)
    }

    /// - Parameter part: frames of the part of the clip to sample.
    package static func frames(_ sampling: FrameSampling, visible: [Int], in part: Range<Int>, count: Int) -> [Int] {
        switch sampling {
        case .track: positions(in: visible.count, count: count).map { visible[$0] }
        case .clip: positions(in: part.count, count: count).map { part.lowerBound + $0 }
        }
    }
}
