import Imaging

/// Masks read from one file and kept as runs: a few bytes per column of an object.
struct RegionSource: MaskSource {
    let path: String
    let format: MaskFormat?
    let size: PictureSize
    let annotatedFrames: [Int]
    let tracks: [Track]
    let problems: [MaskProblem]
    let isPlaced: Bool
    let isInOrder: Bool
    let firstFrame: Int
    /// In the order of the track's appearances.
    let regions: [TrackID: [StoredRegion]]
    /// Frames that determine a track, if those are not all annotated frames.
    let framesOfTrack: [TrackID: [Int]]
    /// Frames with a mask of a track, including empty ones, if there are any.
    let framesWithMask: [TrackID: [Int]]

    func annotatedFrames(of track: TrackID) -> [Int] { framesOfTrack[track] ?? annotatedFrames }

    func ownFrames(of track: TrackID) -> [Int] {
        framesWithMask[track] ?? tracks.first { $0.id == track }?.visibleFrames ?? []
    }

    func file(of frame: Int) -> String { path }

    func mask(of track: TrackID, at frame: Int) throws -> Mask {
        let appearances = try self.track(track).appearances
        guard let index = appearances.firstIndex(atFrame: frame), let stored = regions[track]?[index] else {
            throw MaskError(path: path, reason: .notVisible(track, frame: frame))
        }
        do {
            return try stored.mask(size: size)
        } catch {
            throw MaskError(path: path, reason: .atPlace("track \(track), frame \(frame)", "\(error)"))
        }
    }
}

extension [Track.Appearance] {
    /// Index of this frame in the ascending list; nil if it is missing.
    func firstIndex(atFrame frame: Int) -> Int? {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].frame < frame { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].frame == frame ? low : nil
    }
}
