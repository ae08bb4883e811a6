import Imaging
import Masks

extension ResumedRun {
    /// - Throws: `InputError` of category `usage` when the clip is another, or a track would be lost.
    func check(_ document: CaptionDocument, _ samples: [TrackSamples]) throws {
        guard video == ReadableJSON.readBack(document.video) else { throw mismatch("on another clip") }
        let sampled = Dictionary(uniqueKeysWithValues: samples.map { ($0.track.id, $0.frames) })
        if let other = tracks.first(where: { sampled[$0.id] != $0.sampled.map(\.frame) }) {
            throw mismatch("whose track \(other.id) is looked at in other frames, or not there any more")
        }
    }
}
