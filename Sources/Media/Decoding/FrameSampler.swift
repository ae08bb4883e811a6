/// Which frames a track's caption looks at.
public enum FrameSampling: String, Sendable, CaseIterable, Codable {
    /// Spread over the frames where the track is visible.
    case track
    /// Spread over the whole clip, as the published tool does.
    case clip
}

/// Spreads a number of samples evenly over frames.
package enum FrameSampler {
    /// Equal to `np.linspace(0, n - 1, count).astype(int)`: both ends included, truncated to integers, repeats when
    /// there are fewer than `count`. Same order of floating-point operations as numpy, because a truncated value that
    /// should be whole depends on the last bit.
    /// - Returns: `count` ascending positions in 0..<n; none when either is not positive.
    package static func positions(in n: Int, count: Int) -> [Int] {
        guard n > 0, count > 0 else { return [] }
        guard count > 1 else { return [0] }
        let step = Double(n - 1) / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? n - 1 : Int(Double($0) * step) }
    }

    /// The frames to look at, in order, with repeats.
    /// - Parameters:
    ///   - visible: the frames where the track is visible, ascending.
    ///   - frameCount: frames in the clip.
    package static func frames(_ sampling: FrameSampling, visible: [Int], frameCount: Int, count: Int) -> [Int] {
        frames(sampling, visible: visible, in: 0..<max(0, frameCount), count: count)
    }

    /// - Parameter part: the frames of the part of the clip that counts.
    package static func frames(_ sampling: FrameSampling, visible: [Int], in part: Range<Int>, count: Int) -> [Int] {
        switch sampling {
        case .track: positions(in: visible.count, count: count).map { visible[$0] }
        case .clip: positions(in: part.count, count: count).map { part.lowerBound + $0 }
        }
    }
}
