import Masks

/// Selects the mask that shows a track in each frame. In frames without one (masks on every fourth frame, a missing file) the
/// latest mask is kept for up to a second, so that the outline does not flicker; in annotated frames that do not show the track
/// it disappears at once.
package struct HeldMasks {
    /// Number of frames for which a mask is shown, including its own.
    let longest: Int
    private let annotated: [Int]
    private let appearances: [Track.Appearance]

    /// - Parameter frameRate: the clip's; a mask is shown for at most a second.
    package init(_ track: Track, of masks: any MaskSource, frameRate: Double) {
        annotated = masks.annotatedFrames(of: track.id)
        appearances = track.appearances
        let steps = zip(annotated, annotated.dropFirst()).map { $1 - $0 }.sorted()
        let usual = steps.isEmpty ? 1 : steps[steps.count / 2]
        longest = max(5, min(usual, Int(frameRate.rounded())))
    }

    /// The frame whose mask shows the track at `frame`; nil if the track is not visible.
    package func source(at frame: Int) -> Int? {
        guard let latest = annotated.last(notAfter: frame, by: \.self), frame - latest < longest,
            appearances.last(notAfter: frame, by: \.frame)?.frame == latest
        else { return nil }
        return latest
    }

    /// The ranges of frames that show the track, joined across pauses of fewer than `pause` frames.
    package func stretches(joining pause: Int) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var next = 0
        for appearance in appearances {
            while next < annotated.count, annotated[next] <= appearance.frame { next += 1 }
            let end = min(appearance.frame + longest, next < annotated.count ? annotated[next] : .max)
            if let last = result.last, appearance.frame - last.upperBound < pause {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                result.append(appearance.frame..<end)
            }
        }
        return result
    }
}

extension Array {
    /// The last element of an ascending array whose number does not exceed `limit`.
    fileprivate func last(notAfter limit: Int, by number: (Element) -> Int) -> Element? {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if number(self[middle]) <= limit { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : self[low - 1]
    }
}
