import Foundation
import Imaging

/// A tracked object in Frigate's API. Times are seconds since 1970, positions are fractions of the frame's width and height.
package struct FrigateEvent: Sendable, Equatable {
    package let id: String
    package let camera: String
    package let label: String
    /// Start of its recording, some seconds before the object is first visible.
    package let start: Double
    /// End of its recording; nil for an object that is still there.
    package let end: Double?
    package let hasClip: Bool
    /// Box of the object in its snapshot; nil for an event without one, such as a sound.
    package let box: Rectangle?
    /// Time of the snapshot; nil if Frigate does not state it.
    package let boxTime: Double?
    /// Occasional midpoints of the box's lower edge, in order of time; nil if Frigate does not provide them.
    package let path: [PathPoint]?
    /// Existing description; nil for none.
    package let description: String?

    package struct PathPoint: Sendable, Equatable {
        package let x: Double
        package let y: Double
        package let time: Double
    }

    /// A box in fractions of the frame.
    package struct Rectangle: Sendable, Equatable {
        package let left: Double
        package let top: Double
        package let width: Double
        package let height: Double

        package init(left: Double, top: Double, width: Double, height: Double) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
        }
    }

    /// - Parameter value: a JSON object.
    /// - Returns: nil if it is not an event.
    init?(_ value: Any) {
        guard let fields = value as? [String: Any], let id = fields["id"] as? String, !id.allSatisfy({ $0 == "." }),
            let camera = fields["camera"] as? String, let label = fields["label"] as? String,
            let start = Self.number(fields["start_time"])
        else { return nil }
        (self.id, self.camera, self.label, self.start) = (id, camera, label, start)
        end = Self.number(fields["end_time"])
        hasClip = Self.number(fields["has_clip"]) != 0
        let data = fields["data"] as? [String: Any] ?? [:]
        box = Rectangle(data["box"])
        boxTime = Self.number(data["snapshot_frame_time"])
        path = (data["path_data"] as? [Any])?.compactMap(PathPoint.init).sorted { $0.time < $1.time }
        description = (data["description"] as? String).flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    }

    /// A finite number; booleans count as 0 and 1.
    fileprivate static func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue.finite }
}

extension FrigateEvent.Rectangle {
    /// - Returns: nil if it is not a box, or lies outside the frame.
    fileprivate init?(_ value: Any?) {
        guard let list = value as? [Any], list.count == 4 else { return nil }
        let numbers = list.compactMap(FrigateEvent.number)
        guard numbers.count == 4, numbers[2] > 0, numbers[3] > 0, numbers.allSatisfy({ abs($0) <= 10 }) else { return nil }
        self.init(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3])
        guard left < 1, top < 1, left + width > 0, top + height > 0 else { return nil }
    }

    /// Midpoint of the lower edge, as in paths.
    var foot: (x: Double, y: Double) { (left + width / 2, top + height) }

    /// Intersection over union.
    func overlap(with other: Self) -> Double {
        let across = min(left + width, other.left + other.width) - max(left, other.left)
        let down = min(top + height, other.top + other.height) - max(top, other.top)
        guard across > 0, down > 0 else { return 0 }
        return across * down / (width * height + other.width * other.height - across * down)
    }

    /// The box in a frame's pixels, at least one of them.
    func pixels(in size: PictureSize) -> BoundingBox {
        func place(_ share: Double, _ length: Int) -> Int { Int((min(max(share, 0), 1) * Double(length)).rounded()) }
        let left = min(place(left, size.width), size.width - 1), top = min(place(top, size.height), size.height - 1)
        let right = place(self.left + width, size.width), bottom = place(self.top + height, size.height)
        return BoundingBox(left: left, top: top, width: max(1, right - left), height: max(1, bottom - top))
    }
}

extension FrigateEvent.PathPoint {
    /// - Parameter value: `[[x, y], time]`.
    fileprivate init?(_ value: Any) {
        guard let pair = value as? [Any], pair.count == 2, let place = pair[0] as? [Any], place.count == 2,
            let x = FrigateEvent.number(place[0]), let y = FrigateEvent.number(place[1]), let time = FrigateEvent.number(pair[1])
        else { return nil }
        (self.x, self.y, self.time) = (x, y, time)
    }
}

extension Double {
    fileprivate var finite: Double? { isFinite ? self : nil }
}
