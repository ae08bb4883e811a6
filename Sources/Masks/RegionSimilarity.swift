import Imaging

/// Agreement with reference masks: region similarity J, the intersection over union. Source: Perazzi et al., DAVIS, CVPR 2016.
package struct RegionSimilarity: Sendable, Equatable {
    package struct TrackScore: Sendable, Equatable {
        package let id: TrackID
        /// Mean over the compared frames.
        package let mean: Double
        /// Number of compared frames.
        package let frames: Int
    }

    /// The reference's tracks, ascending by id.
    package let tracks: [TrackScore]
    /// Number of frames on which any track was compared.
    package let frames: Int

    /// Mean over all compared frames of all tracks.
    package var mean: Double {
        let frames = tracks.reduce(0) { $0 + $1.frames }
        return frames == 0 ? 0 : tracks.reduce(0) { $0 + $1.mean * Double($1.frames) } / Double(frames)
    }

    /// J of two masks of the same size; 1 if both are empty.
    package static func score(_ first: Mask?, _ second: Mask?) -> Double {
        guard let first, let second else { return (first?.area ?? 0) + (second?.area ?? 0) == 0 ? 1 : 0 }
        var both = 0, either = 0
        for (one, other) in zip(first.pixels, second.pixels) {
            both += Int(one & other)
            either += Int(one | other)
        }
        return either == 0 ? 1 : Double(both) / Double(either)
    }

    /// Compares each track in every frame that the reference annotates for it.
    /// - Parameter isExcluded: true for frames to skip, such as those whose masks were given.
    /// - Throws: `MaskError` if sizes differ or a mask cannot be read.
    package init(
        _ masks: any MaskSource, reference: any MaskSource, excluding isExcluded: (TrackID, Int) -> Bool
    ) throws {
        guard masks.size == reference.size else {
            throw MaskError(
                path: reference.path, reason: .clipSizeDiffers(masks: reference.size, clip: masks.size))
        }
        let wanted = reference.tracks.map { track in
            Set(reference.annotatedFrames(of: track.id).filter { !isExcluded(track.id, $0) })
        }
        let frames = wanted.reduce(into: Set<Int>()) { $0.formUnion($1) }.sorted()
        let found = Dictionary(uniqueKeysWithValues: masks.tracks.map { ($0.id, $0) })
        var sums = [Double](repeating: 0, count: reference.tracks.count)
        for frame in frames {
            for (index, track) in reference.tracks.enumerated() where wanted[index].contains(frame) {
                let expected = try track.appearance(at: frame).map { _ in try reference.mask(of: track.id, at: frame) }
                let mask = try found[track.id]?.appearance(at: frame).map { _ in try masks.mask(of: track.id, at: frame) }
                sums[index] += Self.score(mask, expected)
            }
        }
        tracks = reference.tracks.indices.map {
            TrackScore(id: reference.tracks[$0].id, mean: sums[$0] / Double(max(1, wanted[$0].count)), frames: wanted[$0].count)
        }
        self.frames = frames.count
    }
}
