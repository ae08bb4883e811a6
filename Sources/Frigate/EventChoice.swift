import Foundation

/// Events that are described, and reasons for leaving out others.
struct EventChoice: Sendable {
    /// IoU of two boxes from which on they are the same place.
    private static let samePlace = 0.5
    /// Share of the picture's diagonal that the foot of something that stays moves at most; Frigate notes a place each 5 %.
    private static let stillness = 0.04
    /// Seconds of an event from which on something that did not move is taken to have been there before: people who come to a door
    /// and stand there are seen for less.
    private static let lastingTime = 30.0

    /// Seconds between events of the same place from which on both are described.
    let gap: Double
    /// True if events of things that stay are described as well.
    let takesStationary: Bool
    /// True if descriptions that are there are replaced.
    let replaces: Bool

    enum Refusal: Equatable {
        case reason(String)
        /// An event of this id shows the same.
        case like(String)
    }

    /// - Parameter neighbours: events of the camera and label within `gap`, to be described or described.
    /// - Returns: nil for an event that is to be described.
    func refusal(_ event: FrigateEvent, end: Double, neighbours: [EventRecord]) -> Refusal? {
        guard let box = event.box else { return .reason("it has no box of an object") }
        if let refusal = refusal(described: event) { return refusal }
        if !takesStationary, end - event.start >= Self.lastingTime, isStationary(event) { return .reason("the object does not move") }
        let like = neighbours.first { other in other.box.map { $0.overlap(with: box) >= Self.samePlace } ?? false }
        return like.map { .like($0.id) }
    }

    /// The refusal of an event that has a description, which may have come meanwhile.
    func refusal(described event: FrigateEvent) -> Refusal? {
        event.description == nil || replaces ? nil : .reason("it has a description")
    }

    /// False where the object's path is not known.
    private func isStationary(_ event: FrigateEvent) -> Bool {
        guard let path = event.path, let first = path.first else { return false }
        return path.allSatisfy { hypot($0.x - first.x, $0.y - first.y) <= Self.stillness * 2.squareRoot() }
    }
}
