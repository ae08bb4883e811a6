import Imaging

/// Interpretation of an object's absence from an annotated frame, for formats that leave it open.
struct AbsenceReading {
    /// Frames that determine each track; nil to leave that to the format.
    private(set) var framesOfTrack: [TrackID: [Int]]?
    private(set) var note: String?

    /// A label image may hold all objects that are present, or only those that were drawn. Consecutive frames are the work of a
    /// tracker or a complete data set; frames with gaps are a person's, who draws an object where needed. In that case an image
    /// without any object says that there is none.
    /// - Parameters:
    ///   - wanted: the meaning given by the user; nil to derive it from the frames.
    ///   - frameCount: number of the clip's frames; nil if unknown.
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
            // A few missing files among many do not indicate a person's work.
            let isComplete = frameCount.map { all.count * 10 >= $0 * 9 } ?? false
            guard !lacking.isEmpty, !isComplete else { return }
            let neighbours = zip(all, all.dropFirst()).count { $1 - $0 == 1 }
            let isDense = neighbours * 2 >= all.count - 1
            // Without a clip, consecutive frames may well be all of them.
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
