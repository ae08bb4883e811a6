import Imaging
import Masks

/// Thresholds of `DetectionLinking`, in seconds and fractions.
package enum DetectionLinkingConstants {
    /// Lower bounds on an object's duration in seconds and on its detections: higher drops more false positives, but also
    /// objects that pass quickly.
    static let shortest = 0.6
    static let fewest = 3
    /// Fraction of the processed frames between its first and last on which an object must be detected.
    static let density = 0.25
    /// Extent of the boxes' centres, in box sizes, below which an object is stationary.
    static let jitter = 0.3
    /// Seconds between two detections of a track up to which its path is bridged.
    static let longestGap = 4.0
    /// Weight of the lowest-ranked detection in the vote on the label; the highest-ranked one's is 1 more.
    static let vote = 0.05
    /// IoU with a track's path at which an unused detection is assigned to the track.
    static let leftover = 0.5
    /// Fraction of the shorter track's frames on which it coincides with the longer one, above which they are one object, and
    /// the thresholds for coinciding: IoU, or fraction of the smaller box.
    static let sameShare = 0.7
    static let sameOverlap = 0.6
    static let sameContained = 0.85
}

/// Builds tracks from detections: first frame by frame, then over the whole clip.
package struct DetectionLinking {
    private typealias Constant = DetectionLinkingConstants

    private let detections: [Detection]
    private let admission: DetectionAdmission
    /// Selected frames of the clip, with their times.
    private let frames: [FrameTime]
    private let picture: PictureSize?
    private let looked: [FrameTime]
    private var association = DetectionAssociation()
    private var camera = CameraPath()

    /// - Parameters:
    ///   - frames: numbers and times of all selected frames of the clip, ascending.
    ///   - looked: numbers of the frames processed by the detector.
    init(
        _ detections: [Detection], frames: [FrameTime], looked: [Int], filter: DetectionFilter, picture: PictureSize?
    ) {
        self.detections = detections
        self.picture = picture
        self.frames = frames
        let numbers = Set(looked)
        self.looked = frames.filter { numbers.contains($0.number) }
        let part = (frames.first?.number ?? 0)..<(frames.last?.number ?? -1) + 1
        admission = DetectionAdmission(detections, frames: self.looked, part: part, filter: filter, picture: picture)
    }

    /// Tracks from the boxes alone, without the clip.
    /// - Parameters:
    ///   - times: time of each frame in seconds, from frame 0, ascending.
    ///   - looked: numbers of the frames processed by the detector; nil for all.
    ///   - picture: the clip's size; nil if unknown.
    package static func tracks(
        of detections: [Detection], times: [Double], looked: [Int]? = nil, filter: DetectionFilter = DetectionFilter(),
        picture: PictureSize? = nil
    ) -> DetectedTracks {
        let frames = times.enumerated().map { FrameTime(number: $0.offset, time: $0.element) }
        var linking = DetectionLinking(
            detections, frames: frames, looked: looked ?? Array(times.indices), filter: filter, picture: picture)
        for frame in linking.looked { linking.add(frame.number, time: frame.time) }
        return linking.finished()
    }

    /// True for a frame whose cues `add` uses.
    func wants(_ frame: Int) -> Bool { !(admission.byFrame[frame] ?? []).isEmpty }

    /// Adds the next processed frame.
    mutating func add(_ frame: Int, time: Double, cues: FrameCues = FrameCues()) {
        camera.add(cues.camera, to: frame)
        let places = admission.byFrame[frame] ?? []
        let candidates = places.map { place -> BoxCandidate in
            let detection = detections[place]
            var candidate = BoxCandidate(
                detection: place, box: detection.box, strength: admission.strength(of: place), isSure: admission.isSure(place))
            // The object lower in the image is in front.
            let covers = places.filter { detections[$0].box.bottom > detection.box.bottom && admission.isSure($0) }
                .map { detections[$0].box }
            candidate.visible = detection.box.visibleShare(behind: covers)
            candidate.colours = cues.colours(of: detection.box, behind: covers)
            return candidate
        }
        association.add(candidates, frame: frame, time: time, camera: cues.camera)
    }

    /// The tracks, after the last frame.
    func finished() -> DetectedTracks {
        let parts = BoxMeetings(association.tracklets)
        let joining = BoxTrackletJoining(parts.tracklets, continuations: parts.continuations, camera: camera, picture: picture)
        var objects = joining.chains.map { $0.flatMap(\.hits) }.filter(exists)
        objects = withEnds(withLeftovers(withoutRepeats(objects)))
        var tracks: [DetectedTrack] = [], fates = detections.indices.map { admission.fates[$0] ?? .unconfirmed }
        for (id, hits) in identified + numbered(objects) where !hits.isEmpty {
            for (offset, hit) in hits.enumerated() { fates[hit.detection] = offset == 0 ? .began(id) : .matched(id) }
            tracks.append(
                DetectedTrack(
                    id: id, label: label(of: hits), boxes: path(hits).boxes,
                    detections: Dictionary(hits.map { ($0.frame, $0.detection) }, uniquingKeysWith: { first, _ in first })))
        }
        return DetectedTracks(tracks: tracks.sorted { $0.id < $1.id }, fates: fates)
    }

    /// Objects with ids from 1 that the source does not use, in the order of their first frames, then from left to right.
    private func numbered(_ objects: [[BoxTracklet.Hit]]) -> [(id: TrackID, hits: [BoxTracklet.Hit])] {
        var number = 0
        return objects.sorted { ($0[0].frame, $0[0].box.left) < ($1[0].frame, $1[0].box.left) }.map { hits in
            repeat { number += 1 } while admission.identified[.number(number)] != nil
            return (.number(number), hits)
        }
    }

    /// The label with the most votes, weighted by score rank; on a tie, the first by name.
    private func label(of hits: [BoxTracklet.Hit]) -> String? {
        var votes: [String: Double] = [:]
        for hit in hits {
            guard let label = detections[hit.detection].label else { continue }
            votes[label, default: 0] += Constant.vote + hit.strength
        }
        return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    private var identified: [(id: TrackID, hits: [BoxTracklet.Hit])] {
        let times = Dictionary(uniqueKeysWithValues: frames.map { ($0.number, $0.time) })
        return admission.identified.sorted { $0.key < $1.key }.map { id, places in
            (id, places.compactMap { place in times[detections[place].frame].map { hit(place, time: $0) } }.sorted { $0.frame < $1.frame })
        }
    }

    private func hit(_ place: Int, time: Double) -> BoxTracklet.Hit {
        BoxTracklet.Hit(
            detection: place, frame: detections[place].frame, time: time, box: detections[place].box,
            strength: admission.strength(of: place))
    }

    private func exists(_ hits: [BoxTracklet.Hit]) -> Bool {
        guard let first = hits.first, let last = hits.last, hits.count >= Constant.fewest else { return false }
        let spanned = looked.part(from: first.frame, to: last.frame).count
        guard last.time - first.time >= Constant.shortest, Double(hits.count) >= Constant.density * Double(spanned) else { return false }
        return admission.areSure(hits.map(\.detection), isStill: isStill(hits))
    }

    /// True if the boxes' centres are stationary apart from jitter.
    private func isStill(_ hits: [BoxTracklet.Hit]) -> Bool {
        func extent(_ values: [Double]) -> Double {
            let sorted = values.sorted(), edge = sorted.count / 20
            return sorted[sorted.count - 1 - edge] - sorted[edge]
        }
        let across = extent(hits.map(\.box.centre.x)), down = extent(hits.map(\.box.centre.y))
        return across < Constant.jitter * hits.map(\.box.width).median && down < Constant.jitter * hits.map(\.box.height).median
    }

    private func path(_ hits: [BoxTracklet.Hit]) -> BoxPath {
        guard let first = hits.first, let last = hits.last else { return BoxPath([], frames: [], longestGap: 0) }
        return BoxPath(
            hits, frames: frames.part(from: first.frame, to: last.frame), longestGap: Constant.longestGap, camera: camera,
            picture: picture)
    }

    /// Removes tracks that coincide with longer ones most of the time.
    private func withoutRepeats(_ objects: [[BoxTracklet.Hit]]) -> [[BoxTracklet.Hit]] {
        let order = objects.indices.sorted { (-objects[$0].count, $0) < (-objects[$1].count, $1) }
        var paths: [Int: [Int: Rectangle]] = [:]
        for index in order {
            let own = path(objects[index]).boxes
            let isRepeat = paths.values.contains { other in
                let same = objects[index].count { hit in
                    guard let box = own[hit.frame], let beside = other[hit.frame] else { return false }
                    return box.overlap(with: beside) > Constant.sameOverlap || box.containment(of: beside) > Constant.sameContained
                }
                return Double(same) >= Constant.sameShare * Double(objects[index].count)
            }
            if !isRepeat { paths[index] = own }
        }
        return paths.keys.sorted().map { objects[$0] }
    }

    /// Adds unused detections that lie on a track's path where it has none.
    private func withLeftovers(_ objects: [[BoxTracklet.Hit]]) -> [[BoxTracklet.Hit]] {
        let taken = Set(objects.joined().map(\.detection)), paths = objects.map { path($0).boxes }
        var objects = objects, added = objects.map { _ in [BoxTracklet.Hit]() }
        let missing = objects.map { hits in Set(hits.map(\.frame)) }
        for frame in looked {
            let free = (admission.byFrame[frame.number] ?? []).filter { !taken.contains($0) }
            let open = objects.indices.filter { paths[$0][frame.number] != nil && !missing[$0].contains(frame.number) }
            guard !free.isEmpty, !open.isEmpty else { continue }
            let costs = open.flatMap { object in
                free.map { 1 - (paths[object][frame.number]?.overlap(with: detections[$0].box) ?? 0) }
            }
            for pair in Assignment.pairs(costs: costs, columns: free.count, limit: 1 - Constant.leftover) {
                added[open[pair.row]].append(hit(free[pair.column], time: frame.time))
            }
        }
        for index in objects.indices where !added[index].isEmpty {
            objects[index] = (objects[index] + added[index]).sorted { $0.frame < $1.frame }
        }
        return objects
    }

    /// Adds unused detections that continue a track beyond its ends.
    private func withEnds(_ objects: [[BoxTracklet.Hit]]) -> [[BoxTracklet.Hit]] {
        var taken = Set(objects.joined().map(\.detection)), objects = objects
        let ends = TrackEnds(looked: looked, camera: camera)
        for index in objects.indices {
            for isForward in [false, true] {
                let more = ends.continuation(of: objects[index], isForward: isForward) { frame, time in
                    (admission.byFrame[frame] ?? []).filter { !taken.contains($0) && !admission.echoes.contains($0) }
                        .map { hit($0, time: time) }
                }
                taken.formUnion(more.map(\.detection))
                objects[index] = isForward ? objects[index] + more : more.reversed() + objects[index]
            }
        }
        return objects
    }
}
