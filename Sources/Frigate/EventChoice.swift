import Foundation

/// Decision which events to describe, with reasons for skipping others.
struct EventChoice: Sendable {
    /// Minimum IoU of two boxes for the same place.
    private static let samePlace = 0.5
    /// Maximum movement of a stationary object's foot, relative to the frame's diagonal; Frigate records a point every 5 %.
    private static let stillness = 0.04
    /// Minimum duration in seconds after which an unmoving object is taken to have been there before: people who come to a door
    /// and stand there are visible for less.
    private static let lastingTime = 30.0

    /// Seconds between events at the same place for both to be described.
    let gap: Double
    /// True to describe events of stationary objects as well.
    let takesStationary: Bool
    /// True to replace existing descriptions.
    let replaces: Bool

    enum Refusal: Equatable {
        case reason(String)
        /// Skipped because the event with this id shows the same.
        case like(String)
    }

    /// - Parameter neighbours: events of the same camera and label within `gap`, described or waiting.
    /// - Returns: nil for an event to describe.
    func refusal(_ event: FrigateEvent, end: Double, neighbours: [EventRecord]) -> Refusal? {
        guard let box = event.box else { return .reason("it has no box of an object") }
        if let refusal = refusal(described: event) { return refusal }
        if !takesStationary, end - event.start >= Self.lastingTime, isStationary(event) { return .reason("the object does not move") }
        let like = neighbours.first { other in other.box.map { $0.overlap(with: box) >= Self.samePlace } ?? false }
        return like.map { .like($0.id) }
    }

    /// The refusal of an event that has a description, which may have been added meanwhile.
    func refusal(described event: FrigateEvent) -> Refusal? {
        event.description == nil || replaces ? nil : .reason("it has a description")
    }

    /// False if the object's path is unknown.
    private func isStationary(_ event: FrigateEvent) -> Bool {
        guard let path = event.path, let first = path.first else { return false }
        return path.allSatisfy { hypot($0.x - first.x, $0.y - first.y) <= Self.stillness * 2.squareRoot() }
    }
}
