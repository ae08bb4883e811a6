import Imaging

/// Reading of an object's absence from an annotated frame, for layouts that leave it open.
struct AbsenceReading {
    /// Frames that speak of each track; nil to leave that to the layout.
    private(set) var framesOfTrack: [TrackID: [Int]]?
    private(set) var note: String?

    /// A label picture holds the objects there are, or those that were drawn: every frame is a tracker's work or a
    /// whole data set's, frames with gaps between them are a person's, who draws an object where it is needed. In that case
    /// a picture without any object says that there is none.
    /// - Parameters:
    ///   - wanted: the meaning that a user names; nil to tell it from the frames.
    ///   - frameCount: of the clip; nil when that is not known.
    init(_ source: any MaskSource, wanted: MaskSettings.Absence?, frameCount: Int?) {
        let all = source.annotatedFrames, ids = source.tracks.map(\.id)
        switch wanted {
        case .absent:
            framesOfTrack = Dictionary(uniqueKeysWithValues: ids.map { ($0, all) })
        case .notSaid:
            framesOfTrack = Dictionary(uniqueKeysWithValues: ids.map { ($0, source.ownFrames(of: $0)) })
        case nil:
            guard [.labelPNG, .colourPNG].contains(source.format), ids.count > 1 else { return }
            let shown = source.tracks.reduce(into: Set<Int>()) { $0.formUnion($1.visibleFrames) }
            let lacking = source.tracks.filter { $0.appearances.count < shown.count }
            // A file that is missing among many does not make them a person's work.
            let isComplete = frameCount.map { all.count * 10 >= $0 * 9 } ?? false
            guard !lacking.isEmpty, !isComplete else { return }
            let neighbours = zip(all, all.dropFirst()).count { $1 - $0 == 1 }
            let isDense = neighbours * 2 >= all.count - 1
            // Without a clip, frames without gaps may well be all there are.
            guard frameCount != nil || !isDense else { return }
            note = "not every frame has a mask, and \(lacking.count == 1 ? "object \(lacking[0].id) is" : "\(lacking.count) objects are") "
                + "missing in some: taken as " + (isDense
                    ? "absent there, as the frames are consecutive (--absent-means not-said if it may be there)"
                    : "not said there, so that tracks go on (--absent-means absent if it is gone)")
            guard !isDense else { return }
            let empty = Set(all).subtracting(shown)
            framesOfTrack = Dictionary(uniqueKeysWithValues: source.tracks.map {
                ($0.id, empty.isEmpty ? $0.visibleFrames : empty.union($0.visibleFrames).sorted())
            })
        }
    }
}
