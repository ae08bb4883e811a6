import Imaging
import Masks

/// Detections that take part in the association, by frame, and the fates of the others.
struct DetectionAdmission {
    /// Indices of detections by frame.
    private(set) var byFrame: [Int: [Int]] = [:]
    /// Detections with an identity from the source, by that identity.
    private(set) var identified: [TrackID: [Int]] = [:]
    let fates: [Int: DetectionFate]
    private let levels: ScoreLevels
    /// Score of each detection: the source's, or its support if the source has no scores or equal ones; nil for one outside the
    /// comparison.
    private let scores: [Double?]
    /// Detections that may be weaker duplicates of better ones.
    let echoes: Set<Int>

    /// - Parameters:
    ///   - frames: numbers and times of the frames processed by the detector.
    ///   - picture: the clip's size; nil if unknown.
    init(
        _ detections: [Detection], frames: [FrameTime], part: Range<Int>, filter: DetectionFilter, picture: PictureSize?
    ) {
        var fates: [Int: DetectionFate] = [:], counted: [Int] = []
        for (index, detection) in detections.enumerated() {
            fates[index] = Self.exclusion(of: detection, part, filter, picture)
            if fates[index] == nil { counted.append(index) }
        }
        let given = Set(counted.map { detections[$0].score }), hasScores = given.count > 1 && !given.contains(nil)
        let worth = hasScores ? [:] : DetectionSupport(detections, counted, frames: frames).overlaps
        let scores = detections.indices.map { hasScores ? detections[$0].score : worth[$0] }
        var echoes: Set<Int> = []
        for places in Dictionary(grouping: counted, by: { detections[$0].frame }).values {
            let frame = DetectionDuplicates(places.map { detections[$0] }, scores: places.map { scores[$0] })
            for (index, other) in frame.kept { fates[places[index]] = .duplicate(of: places[other]) }
            echoes.formUnion(frame.echoes.map { places[$0] })
        }
        let known = counted.filter { fates[$0] == nil }, alone = known.filter { !echoes.contains($0) && scores[$0] != nil }
        let support = DetectionSupport(detections, alone, frames: frames).shares
        let areLikelihoods = hasScores && known.allSatisfy { detections[$0].score.map { (0...1).contains($0) } ?? true }
        let levels = ScoreLevels(alone.compactMap { scores[$0] }, support: alone.map { support[$0] }, areLikelihoods: areLikelihoods)
        for place in known {
            if let identity = detections[place].identity {
                identified[identity, default: []].append(place)
            } else if levels.isLow(scores[place]) {
                byFrame[detections[place].frame, default: []].append(place)
            } else {
                fates[place] = .weak
            }
        }
        (self.fates, self.levels, self.scores, self.echoes) = (fates, levels, scores, echoes)
    }

    /// Rank of a detection's score among all, 0...1.
    func strength(of place: Int) -> Double { levels.rank(of: scores[place]) }

    /// True for a detection that may start a track.
    func isSure(_ place: Int) -> Bool {
        guard levels.isHigh(scores[place]) else { return false }
        return !echoes.contains(place) || strength(of: place) >= DuplicateConstants.noEcho
    }

    /// True if at least half of the detections have high scores; for a stationary object, one in four must be convincing as
    /// well.
    /// - Parameter isStill: true if all are at the same position.
    func areSure(_ places: [Int], isStill: Bool) -> Bool {
        let known = places.compactMap { scores[$0] }
        guard !known.isEmpty else { return true }
        return levels.isHigh(known.median) && (!isStill || known.sorted()[known.count * 3 / 4] >= levels.convincing)
    }

    private static func exclusion(
        of detection: Detection, _ part: Range<Int>, _ filter: DetectionFilter, _ picture: PictureSize?
    ) -> DetectionFate? {
        if !part.contains(detection.frame) { return .outside }
        if detection.box.area <= 0 { return .empty }
        if let picture, detection.box.pixels(in: picture) == nil { return .empty }
        return filter.fate(of: detection)
    }
}
