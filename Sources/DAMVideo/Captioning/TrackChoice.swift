import Masks

/// Selection of the tracks to caption when there are more than wanted: moving tracks before stationary ones, then long-visible
/// and large ones first.
package struct TrackChoice {
    /// Ascending by id.
    package let chosen: [Track]
    /// The remaining tracks, ascending by id.
    package let leftOut: [Track]

    /// - Parameter limit: upper bound on the chosen tracks; nil for all.
    package init(_ tracks: [Track], limit: Int?) {
        let ranked = tracks.map { (track: $0, moves: $0.goesSomewhere, weight: Self.weight($0)) }.sorted { one, other in
            if one.moves != other.moves { return one.moves }
            return one.weight != other.weight ? one.weight > other.weight : one.track.id < other.track.id
        }.map(\.track)
        chosen = ranked.prefix(limit ?? ranked.count).sorted { $0.id < $1.id }
        leftOut = ranked.dropFirst(limit ?? ranked.count).sorted { $0.id < $1.id }
    }

    /// Rank: number of frames times the square root of the median mask area.
    private static func weight(_ track: Track) -> Double {
        let areas = track.appearances.map(\.area).sorted()
        return Double(areas.count) * Double(areas[areas.count / 2]).squareRoot()
    }
}

extension Track {
    /// Distance that a moving track covers, in multiples of its box's longer side.
    private static let movingWay = 1.0

    /// True if the track covers more than its own length.
    var goesSomewhere: Bool {
        let boxes = appearances.map(\.box)
        let side = boxes.map { max($0.width, $0.height) }.sorted()[boxes.count / 2]
        func way(_ places: [Int]) -> Int { (places.max() ?? 0) - (places.min() ?? 0) }
        let across = way(boxes.map { $0.left + $0.width / 2 }), down = way(boxes.map { $0.top + $0.height / 2 })
        return Double(max(across, down)) >= Self.movingWay * Double(side)
    }
}
