import Imaging
import Masks

extension ResumedRun {
    /// - Throws: `InputError` of category `usage` if the document describes another clip, or a track would be lost.
    func check(_ document: CaptionDocument, _ samples: [TrackSamples]) throws {
        guard video == ReadableJSON.readBack(document.video) else { throw mismatch("on another clip") }
        let sampled = Dictionary(grouping: samples, by: \.track.id)
        if let other = tracks.first(where: { !isSame($0, sampled[$0.id] ?? []) }) {
            throw mismatch("whose track \(other.id) is looked at in other frames, or not there any more")
        }
    }

    /// True if a track was captioned from these frames, whole and parts. Parts that failed may be missing.
    private func isSame(_ track: CaptionDocument.Track, _ samples: [TrackSamples]) -> Bool {
        let segments = track.segments ?? [], parts = samples.filter { $0.position.part != nil }.map(\.frames)
        return samples.first { $0.position.part == nil }?.frames == track.sampled.map(\.frame)
            && segments.allSatisfy { parts.contains($0.sampled.map(\.frame)) }
            && segments.count + problems.count { $0.track == track.id } == parts.count
    }
}
