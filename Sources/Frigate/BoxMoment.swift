import Foundation
import Imaging

/// The moment at which an event's box shows its object.
struct BoxMoment: Equatable {
    /// Share of the picture by which a box's foot and the object's path may differ at least; large boxes may differ by half their size.
    private static let tolerance = 0.1

    /// Seconds since 1970.
    let time: Double
    /// Line to know about how it was found; nil when Frigate tells it and all fits.
    let note: String?

    /// The time of the snapshot, if the object's path goes there then; else the time at which it does.
    /// - Throws: `InputError` of category `invalid` when neither can be known.
    init(_ event: FrigateEvent) throws {
        guard let box = event.box else {
            throw InputError(.invalid, found: "no box of the object", expected: "data.box of the event")
        }
        let path = event.path ?? []
        if let time = event.boxTime {
            guard let away = Self.distance(of: box, from: path, at: time), away > 1 else {
                (self.time, note) = (time, nil)
                return
            }
        }
        let near = path.min { Self.distance(of: box, from: $0) < Self.distance(of: box, from: $1) }
        guard let near, Self.distance(of: box, from: near) <= 1 else {
            let found = path.isEmpty ? "neither the time of the box nor a path of the object" : "a box beside the object's path"
            throw InputError(.invalid, found: found, expected: "data.snapshot_frame_time, or a point of data.path_data at the box")
        }
        time = near.time
        let offset = String(format: "%.1f s", near.time - event.start)
        note = event.boxTime == nil
            ? "found no time of the box: read as that at which the object's path is there, \(offset) behind the event's start"
            : "found a box beside the object's path at its time: read as of the time at which the path is there, \(offset) behind the start"
    }

    /// Distance of a box from the path at a time, in units of what is allowed.
    /// - Returns: nil where the path says nothing of the time.
    private static func distance(of box: FrigateEvent.Rectangle, from path: [FrigateEvent.PathPoint], at time: Double) -> Double? {
        guard let first = path.first, let last = path.last else { return nil }
        // The path has a point where the object has moved: behind the last it has stayed near.
        guard let next = path.firstIndex(where: { $0.time > time }), next > 0 else {
            return distance(of: box, from: time < first.time ? first : last)
        }
        let before = path[next - 1], after = path[next]
        let share = after.time > before.time ? (time - before.time) / (after.time - before.time) : 0
        let between = FrigateEvent.PathPoint(
            x: before.x + share * (after.x - before.x), y: before.y + share * (after.y - before.y), time: time)
        return [before, between, after].map { distance(of: box, from: $0) }.min()
    }

    private static func distance(of box: FrigateEvent.Rectangle, from point: FrigateEvent.PathPoint) -> Double {
        let foot = box.foot
        return max(
            abs(point.x - foot.x) / max(tolerance, box.width / 2), abs(point.y - foot.y) / max(tolerance, box.height / 2))
    }
}
