import Foundation
import Imaging

/// The time at which an event's box shows its object.
struct BoxMoment: Equatable {
    /// Minimum tolerated distance of a box's foot from the object's path, in fractions of the frame; for large boxes half their
    /// size.
    private static let tolerance = 0.1

    /// Seconds since 1970.
    let time: Double
    /// Note on how the time was determined; nil if Frigate states it and it is consistent.
    let note: String?

    /// The snapshot's time if the object's path then passes the box; otherwise the time at which it does.
    /// - Throws: `InputError` of category `invalid` if it cannot be determined.
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
            let found = path.isEmpty ? "neither the time of the box nor a path of the object" : "a box off the object's path"
            throw InputError(.invalid, found: found, expected: "data.snapshot_frame_time, or a point of data.path_data at the box")
        }
        time = near.time
        let offset = String(format: "%.1f s", near.time - event.start)
        note = event.boxTime == nil
            ? "found no time of the box: taken as the time when the object's path is there, \(offset) after the event's start"
            : "found a box off the object's path at its time: taken as the time when the path is there, \(offset) after the start"
    }

    /// Distance of a box from the path at a time, in multiples of the tolerance.
    /// - Returns: nil if the path does not cover the time.
    private static func distance(of box: FrigateEvent.Rectangle, from path: [FrigateEvent.PathPoint], at time: Double) -> Double? {
        guard let first = path.first, let last = path.last else { return nil }
        // The path has a point for each movement: after the last one the object has stayed nearby.
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
