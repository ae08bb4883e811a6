import Imaging
import Masks

/// Detections that take part in the association, frame by frame, and the fates of the others.
struct DetectionAdmission {
    /// Places of detections by frame.
    private(set) var byFrame: [Int: [Int]] = [:]
    /// Detections with an identity of the source, by it.
    private(set) var identified: [TrackID: [Int]] = [:]
    let fates: [Int: DetectionFate]
    private let levels: ScoreLevels
    /// Score of each detection: the source's, or by its support where the source has none or the same for all; nil for one that is not
    /// among others.
    private let scores: [Double?]
    /// Detections that may show the object of a surer one.
    let echoes: Set<Int>

    /// - Parameters:
    ///   - frames: numbers and seconds of the frames that were looked at.
    ///   - picture: the clip's size; nil if it is not known.
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

    /// Place of a detection's score among all, 0...1.
    func strength(of place: Int) -> Double { levels.rank(of: scores[place]) }

    /// True for a detection that may begin a track.
    func isSure(_ place: Int) -> Bool {
        guard levels.isHigh(scores[place]) else { return false }
        return !echoes.contains(place) || strength(of: place) >= DuplicateConstants.noEcho
    }

    /// True for detections of which one half at least has a score of those that are sure; of those of something that stays at its place
    /// one in four has to be convincing as well.
    /// - Parameter isStill: true if they are all at the same place.
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
