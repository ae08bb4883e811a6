import Imaging

/// What a user says of an object on one frame, in pixels of the clip.
package struct VideoPrompt: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        package var x: Double
        package var y: Double
        /// Whether it lies on the object, or beside it.
        package var isForeground: Bool

        package init(x: Double, y: Double, isForeground: Bool = true) {
            self.x = x
            self.y = y
            self.isForeground = isForeground
        }
    }

    package var points: [Point]
    package var box: BoundingBox?

    package init(points: [Point] = [], box: BoundingBox? = nil) {
        self.points = points
        self.box = box
    }
}

/// A prompt that cannot be followed.
package enum VideoPromptError: Error, Equatable, CustomStringConvertible {
    case empty
    case frame(Int, count: Int)
    case point(x: Double, y: Double, width: Int, height: Int)
    case box(BoundingBox, width: Int, height: Int)
    case maskSize(mask: [Int], clip: [Int])
    case noPrompt
    case unconditioned

    package var description: String {
        switch self {
        case .empty: "found a prompt without points or box, expected one of them"
        case .frame(let frame, let count): "found a prompt on frame \(frame), expected one from 0 to \(count - 1)"
        case .point(let x, let y, let width, let height):
            "found a point at \(x),\(y), expected one within the \(width)x\(height) pixels of the clip"
        case .box(let box, let width, let height):
            "found a box \(box.left),\(box.top),\(box.width),\(box.height), expected one that is not empty and meets the "
                + "\(width)x\(height) pixels of the clip"
        case .maskSize(let mask, let clip):
            "found a mask of \(mask[0])x\(mask[1]), expected \(clip[0])x\(clip[1]), as the clip"
        case .noPrompt: "found no prompt, expected one to start from"
        case .unconditioned: "found an object without a prompt of its own, expected one to start from"
        }
    }
}
