import Imaging

/// Points and a box that indicate one object of an image, in its pixels.
public struct PicturePrompt: Sendable, Equatable, Codable {
    public struct Point: Sendable, Equatable, Codable {
        public let x: Double
        public let y: Double
        /// True for a point on the object, false for one outside it.
        public let isForeground: Bool

        public init(x: Double, y: Double, isForeground: Bool = true) {
            self.x = x
            self.y = y
            self.isForeground = isForeground
        }
    }

    public let points: [Point]
    public let box: BoundingBox?

    public init(points: [Point] = [], box: BoundingBox? = nil) {
        self.points = points
        self.box = box
    }

    /// True if there is a box or a positive point.
    package var isOnObject: Bool { box != nil || points.contains(where: \.isForeground) }

    /// True for a single click, which may mean a part as well as the whole, so that several masks are useful.
    package var isAmbiguous: Bool { points.count == 1 && box == nil }

    /// Points in pixels of the model's input, the box's corners first.
    /// - Throws: `PicturePromptError` if the prompt is empty or part of it lies outside the image.
    func modelPoints(width: Int, height: Int, side: Int) throws(PicturePromptError) -> [PromptPoint] {
        func scaled(_ x: Double, _ y: Double, _ label: PromptPoint.Label) -> PromptPoint {
            PromptPoint(
                x: Float(x) / Float(width) * Float(side), y: Float(y) / Float(height) * Float(side), label: label)
        }
        var result: [PromptPoint] = []
        if let box {
            guard box.width > 0, box.height > 0, let part = box.intersection(BoundingBox(left: 0, top: 0, width: width, height: height))
            else { throw .boxOutside(box, width: width, height: height) }
            result.append(scaled(Double(part.left), Double(part.top), .boxTopLeft))
            result.append(scaled(Double(part.right), Double(part.bottom), .boxBottomRight))
        }
        for point in points {
            guard point.x >= 0, point.x < Double(width), point.y >= 0, point.y < Double(height) else {
                throw .pointOutside(point, width: width, height: height)
            }
            result.append(scaled(point.x, point.y, point.isForeground ? .foreground : .background))
        }
        return result
    }
}

/// Error for a prompt that does not fit its image.
package enum PicturePromptError: Error, Equatable, CustomStringConvertible {
    case pointOutside(PicturePrompt.Point, width: Int, height: Int)
    case boxOutside(BoundingBox, width: Int, height: Int)
    case maskSize(found: [Int], expected: [Int])

    package var description: String {
        switch self {
        case .pointOutside(let point, let width, let height):
            "found point \(number(point.x)),\(number(point.y)), expected one inside the picture of \(width)x\(height)"
        case .boxOutside(let box, let width, let height):
            "found box \(box.left),\(box.top),\(box.width),\(box.height), "
                + "expected one that overlaps the picture of \(width)x\(height)"
        case .maskSize(let found, let expected):
            "found mask logits of shape \(found), expected \(expected)"
        }
    }
}

private func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
