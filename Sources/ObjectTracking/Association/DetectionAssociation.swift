import Imaging

/// Thresholds of `DetectionAssociation`. Times are in seconds, and at least as long as two processed frames.
package enum AssociationConstants {
    /// Lower bounds on the similarity of a high-score detection to a track, of any other to a recently seen track, and of a
    /// high-score one to an unconfirmed track. Lower follows unusual motion, but steals from neighbours.
    static let leastSure = 0.2
    static let leastPossible = 0.4
    static let leastUnconfirmed = 0.25
    /// Weight of colours in the similarity; the rest is overlap. Higher keeps identities apart at crossings, but loses people
    /// who walk into shadow.
    static let colourShare = 0.35
    /// Uninformative colour similarity: two boxes of one clip share the ground behind them.
    static let commonLikeness = 0.55
    /// Standard deviations of the predicted position, beyond the usual error, by which boxes are grown before comparison.
    static let margin = 0.75
    /// Upper bound on that growth, in sizes.
    static let largestMargin = 0.75
    /// Seconds from the first detection to the one that confirms a track.
    static let confirmed = 0.15
    /// Seconds for which a lost track can be found again. Longer gaps are left to `BoxTrackletJoining`, which knows both sides.
    static let lost = 1.0
    static let unconfirmedLost = 0.3
    /// Seconds for which a low-score detection can continue a track.
    static let lately = 0.5
    /// Approximate number of detections in a track's colour average.
    static let colourMemory: Float = 20
    /// Visible fraction of a box required for its colours to count.
    static let visible = 0.6
}

/// A detection in the association.
struct BoxCandidate: Sendable {
    /// Index among all detections.
    let detection: Int
    let box: Rectangle
    /// Rank of its score among all scores, 0...1.
    let strength: Double
    /// False for one that can only continue a track.
    let isSure: Bool
    /// Fraction of the box not covered by boxes in front of it.
    var visible = 1.0
    /// nil without images.
    var colours: BoxColours?
}

/// Links detections of consecutive frames to tracklets: high scores first, then the others to the remaining tracks (ByteTrack,
/// Zhang et al. 2022), each by optimal assignment over the overlap with predicted boxes and the colours. A track found again is
/// refiltered over the gap (OC-SORT, Cao et al. 2023).
struct DetectionAssociation {
    private typealias Constant = AssociationConstants

    /// A track that can be continued.
    private struct Track {
        /// Index among the tracklets.
        let number: Int
        var motion: BoxMotion
        /// Motion at the last detection, moved with the camera since.
        var known: BoxMotion
        /// Duration in seconds of each step since then.
        var steps: [Double] = []
        /// Colours of its recent clearly visible detections.
        var colours = BoxColours.Mean()
        var seen: BoxColours?
        var isConfirmed = false

        var gap: Double { steps.reduce(0, +) }

        mutating func see(_ candidate: BoxCandidate) {
            guard candidate.visible >= Constant.visible, let new = candidate.colours else { return }
            colours.add(new, weight: Float(candidate.visible), memory: Constant.colourMemory)
            seen = colours.colours
        }
    }

    private(set) var tracklets: [BoxTracklet] = []
    private var tracks: [Track] = []
    private var lastTime: Double?

    /// - Parameters:
    ///   - candidates: detections of one frame, without duplicates.
    ///   - camera: camera motion since the previous frame, in the clip's pixels.
    mutating func add(_ candidates: [BoxCandidate], frame: Int, time: Double, camera: CameraMotion = .identity) {
        let step = lastTime.map { max(1e-3, time - $0) } ?? 0
        lastTime = time
        for index in tracks.indices {
            tracks[index].motion.predict(seconds: step, camera: camera)
            tracks[index].known.follow(camera)
            tracks[index].steps.append(step)
        }
        var open = Set(candidates.indices), free = Set(tracks.indices)
        func run(_ chosen: (Track) -> Bool, _ wanted: (BoxCandidate) -> Bool, least: Double) -> [(row: Int, column: Int)] {
            let rows = free.filter { chosen(tracks[$0]) }.sorted(), columns = open.filter { wanted(candidates[$0]) }.sorted()
            let pairs = bestPairs(rows, columns.map { ($0, candidates[$0]) }, least: least)
            free.subtract(pairs.map(\.row))
            open.subtract(pairs.map(\.column))
            return pairs
        }
        let isSure = { (candidate: BoxCandidate) in candidate.isSure }
        var pairs = run({ $0.isConfirmed }, isSure, least: Constant.leastSure)
        pairs += run({ $0.isConfirmed && $0.gap <= max(Constant.lately, 1.5 * step) }, { _ in true }, least: Constant.leastPossible)
        pairs += run({ !$0.isConfirmed }, isSure, least: Constant.leastUnconfirmed)
        for pair in pairs { extend(pair.row, with: candidates[pair.column], frame: frame, time: time) }
        tracks.removeAll { $0.gap > max($0.isConfirmed ? Constant.lost : Constant.unconfirmedLost, ($0.isConfirmed ? 2.1 : 1.1) * step) }
        for index in open.sorted() where candidates[index].isSure { begin(candidates[index], frame: frame, time: time) }
    }

    /// The best pairs of tracks and candidates, by index.
    private func bestPairs(
        _ rows: [Int], _ columns: [(place: Int, candidate: BoxCandidate)], least: Double
    ) -> [(row: Int, column: Int)] {
        let costs = rows.flatMap { row in
            columns.map { column in
                let similarity = similarity(tracks[row], column.candidate)
                return similarity < least ? .infinity : 1 - similarity
            }
        }
        return Assignment.pairs(costs: costs, columns: columns.count, limit: 1 - least / 2).map { (rows[$0.row], columns[$0.column].place) }
    }

    /// 0...1.
    private func similarity(_ track: Track, _ candidate: BoxCandidate) -> Double {
        let box = track.motion.box, size = box.size
        let usual = SIMD2(repeating: BoxMotionConstants.placeError * size), zero = SIMD2<Double>.zero
        let largest = SIMD2(repeating: Constant.largestMargin * size)
        let margin = (Constant.margin * (track.motion.uncertainty - usual)).clamped(lowerBound: zero, upperBound: largest)
        let overlap = box.grown(by: margin).overlap(with: candidate.box.grown(by: margin))
        guard overlap > 0, let colours = candidate.colours, let known = track.seen else { return overlap }
        let likeness = (colours.similarity(to: known) - Constant.commonLikeness) / (1 - Constant.commonLikeness)
        // Colours decide between nearby boxes, but cannot make up for distance.
        return overlap * (1 - Constant.colourShare + Constant.colourShare * max(0, likeness) * 1.2)
    }

    private mutating func extend(_ index: Int, with candidate: BoxCandidate, frame: Int, time: Double) {
        if tracks[index].steps.count > 1 {
            tracks[index].motion = Self.refiltered(tracks[index].known, tracks[index].steps, to: candidate.box)
        } else {
            tracks[index].motion.update(candidate.box)
        }
        tracks[index].known = tracks[index].motion
        tracks[index].steps = []
        let number = tracks[index].number
        tracks[index].see(candidate)
        add(candidate, to: number, frame: frame, time: time)
        if tracklets[number].duration >= Constant.confirmed { tracks[index].isConfirmed = true }
    }

    private mutating func begin(_ candidate: BoxCandidate, frame: Int, time: Double) {
        let motion = BoxMotion(candidate.box), number = tracklets.count
        tracklets.append(BoxTracklet(id: number, hits: []))
        add(candidate, to: number, frame: frame, time: time)
        tracks.append(Track(number: number, motion: motion, known: motion))
        tracks[tracks.count - 1].see(candidate)
    }

    private mutating func add(_ candidate: BoxCandidate, to number: Int, frame: Int, time: Double) {
        tracklets[number].hits.append(
            BoxTracklet.Hit(
                detection: candidate.detection, frame: frame, time: time, box: candidate.box, strength: candidate.strength,
                visible: candidate.visible, colours: candidate.colours))
    }

    /// The motion if the object went straight from its last detection to the new one.
    private static func refiltered(_ known: BoxMotion, _ steps: [Double], to box: Rectangle) -> BoxMotion {
        let start = known.box, whole = steps.reduce(0, +)
        var motion = known, passed = 0.0
        for step in steps {
            passed += step
            let share = whole > 0 ? passed / whole : 1
            motion.predict(seconds: step)
            motion.update(
                Rectangle(
                    centre: start.centre + share * (box.centre - start.centre), width: start.width + share * (box.width - start.width),
                    height: start.height + share * (box.height - start.height)))
        }
        return motion
    }
}
