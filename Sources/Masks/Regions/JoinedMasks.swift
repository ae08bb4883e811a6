import Imaging

/// Combines tracks of several mask sources of one clip.
package struct JoinedMasks: MaskSource {
    package let path: String
    package let size: PictureSize
    package let annotatedFrames: [Int]
    package let tracks: [Track]
    private let sources: [TrackID: any MaskSource]

    /// - Parameters:
    ///   - path: name of the source in messages.
    ///   - sources: sources of the same size; if two have a track with the same id, the later one counts.
    ///   - labels: tracks to include, with their labels.
    package init(_ sources: [any MaskSource], path: String, size: PictureSize, labels: [TrackID: String?]) {
        var owners: [TrackID: any MaskSource] = [:], tracks: [TrackID: Track] = [:], frames: Set<Int> = []
        for source in sources {
            frames.formUnion(source.annotatedFrames)
            for track in source.tracks {
                guard let label = labels[track.id] else { continue }
                owners[track.id] = source
                tracks[track.id] = Track(id: track.id, label: label, appearances: track.appearances)
            }
        }
        (self.path, self.size, self.sources) = (path, size, owners)
        annotatedFrames = frames.sorted()
        self.tracks = tracks.values.sorted { $0.id < $1.id }
    }

    package func annotatedFrames(of track: TrackID) -> [Int] { sources[track]?.annotatedFrames(of: track) ?? [] }

    package func ownFrames(of track: TrackID) -> [Int] { sources[track]?.ownFrames(of: track) ?? [] }

    package func isGiven(_ track: TrackID, at frame: Int) -> Bool { sources[track]?.isGiven(track, at: frame) ?? false }

    package func file(of frame: Int) -> String { path }

    package func mask(of track: TrackID, at frame: Int) throws -> Mask { try source(track, frame).mask(of: track, at: frame) }

    package func storedMask(of track: TrackID, at frame: Int) throws -> StoredMask? {
        try source(track, frame).storedMask(of: track, at: frame)
    }

    private func source(_ track: TrackID, _ frame: Int) throws -> any MaskSource {
        guard let source = sources[track] else { throw MaskError(path: path, reason: .notVisible(track, frame: frame)) }
        return source
    }
}
