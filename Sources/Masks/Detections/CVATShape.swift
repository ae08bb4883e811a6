import Foundation
import Imaging

/// A shape of CVAT's XML 1.1.
///
/// Source: CVAT, `dump_as_cvat_interpolation` in `cvat/apps/dataset_manager/formats/cvat.py`.
enum CVATShape {
    /// Left, top, right and bottom, rotated about the centre by degrees.
    case box([Double], rotation: Double)
    /// Centre x and y and radii, rotated by degrees.
    case ellipse([Double], rotation: Double)
    /// Alternating x and y.
    case polygon([Double])
    case mask(StoredMask)

    /// Elements that have no area or no position.
    static let passedOver: Set = ["points", "polyline", "skeleton", "tag"]
    private static let corners = 64

    /// - Parameter size: image size; nil if unknown.
    /// - Returns: nil for an element that is not a shape with an area.
    /// - Throws: `InputError` for a wrong or missing attribute.
    init?(_ element: XMLReader.Element, size: PictureSize?) throws(InputError) {
        let rotation = try element.number("rotation", default: 0)
        switch element.name {
        case "box":
            self = .box(try element.numbers(["xtl", "ytl", "xbr", "ybr"]), rotation: rotation)
        case "cuboid":
            let sides = ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"]
            guard let box = Rectangle(around: try element.numbers(sides.flatMap { ["x" + $0, "y" + $0] })) else { return nil }
            self = .box([box.left, box.top, box.right, box.bottom], rotation: 0)
        case "ellipse":
            self = .ellipse(try element.numbers(["cx", "cy", "rx", "ry"]), rotation: rotation)
        case "polygon":
            self = .polygon(try element.points())
        case "mask":
            guard let mask = try Self.mask(element, size: size) else { return nil }
            self = .mask(mask)
        default: return nil
        }
    }

    /// Decodes run lengths inside a box, row by row, starting with background.
    private static func mask(_ element: XMLReader.Element, size: PictureSize?) throws(InputError) -> StoredMask? {
        guard let size else { throw InputError(found: "a mask, but no picture size", expected: "original_size, or the clip") }
        let numbers = try element.numbers(["left", "top", "width", "height"])
        let box = numbers.compactMap { Int(exactly: $0) }
        guard box.count == 4, let pixels = try? RunLengthEncoding.pixels(width: box[2], height: box[3]),
            abs(box[0]) < 1 << 27, abs(box[1]) < 1 << 27
        else {
            throw InputError(
                found: "a mask of \(numbers[2])x\(numbers[3]) pixels", expected: "1 to \(RunLengthEncoding.maximumPixels)")
        }
        var values: [UInt8] = [], isInside = false
        values.reserveCapacity(pixels)
        for text in (element.attributes["rle"] ?? "").utf8.split(separator: UInt8(ascii: ",")) {
            guard let run = Int(String(decoding: Array(text)[...].trimmingWhiteSpace, as: UTF8.self)),
                run >= 0, run <= pixels - values.count
            else {
                throw InputError(found: "a run that does not fit the mask's \(pixels) pixels", expected: "0 or more that add up to them")
            }
            values += repeatElement(isInside ? 1 : 0, count: run)
            isInside.toggle()
        }
        values += repeatElement(0, count: pixels - values.count)
        return StoredMask(Mask(width: box[2], height: box[3], pixels: values), left: box[0], top: box[1], in: size)
    }

    /// Converts the shape to that of a detection.
    /// - Throws: `InputError` for an invalid polygon.
    func placed() throws(InputError) -> (shape: DetectedShape, box: Rectangle) {
        switch self {
        case .box(let edges, 0):
            return (.box, Rectangle(left: edges[0], top: edges[1], width: edges[2] - edges[0], height: edges[3] - edges[1]))
        case .box(let edges, let rotation):
            let middle = ((edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2)
            let points = [(edges[0], edges[1]), (edges[2], edges[1]), (edges[2], edges[3]), (edges[0], edges[3])]
            return try DetectedShape.polygon(turned(points, about: middle, by: rotation))
        case .ellipse(let values, let rotation):
            let points = (0..<Self.corners).map { corner in
                let angle = 2 * Double.pi * Double(corner) / Double(Self.corners)
                return (values[0] + values[2] * cos(angle), values[1] + values[3] * sin(angle))
            }
            return try DetectedShape.polygon(turned(points, about: (values[0], values[1]), by: rotation))
        case .polygon(let corners): return try DetectedShape.polygon(corners)
        case .mask(let mask): return (.mask(mask), Rectangle(mask.box))
        }
    }
}

/// Rotates points clockwise about a centre by degrees; returns alternating x and y.
func turned(_ points: [(x: Double, y: Double)], about middle: (x: Double, y: Double), by degrees: Double) -> [Double] {
    let sine = sin(degrees * .pi / 180), cosine = cos(degrees * .pi / 180)
    return points.flatMap { point in
        let x = point.x - middle.x, y = point.y - middle.y
        return [middle.x + x * cosine - y * sine, middle.y + x * sine + y * cosine]
    }
}

extension XMLReader.Element {
    /// - Throws: `InputError` for text that is not a number.
    func number(_ name: String, default value: Double? = nil) throws(InputError) -> Double {
        guard let text = attributes[name] else {
            if let value { return value }
            throw InputError(found: "a \(self.name) without \(name)", expected: "one")
        }
        guard let number = Double(text), abs(number) <= 1e9 else {
            throw InputError(found: "\(name) \"\(text.prefix(32))\"", expected: "a number up to a thousand million")
        }
        return number
    }

    func numbers(_ names: [String]) throws(InputError) -> [Double] {
        var values: [Double] = []
        for name in names { values.append(try number(name)) }
        return values
    }

    /// A whole number of 0 or more; nil if absent.
    func whole(_ name: String) throws(InputError) -> Int? {
        guard let text = attributes[name] else { return nil }
        guard let number = Int(text), (0...FrameNames.largest).contains(number) else {
            throw InputError(found: "\(name) \"\(text.prefix(32))\"", expected: "a whole number from 0")
        }
        return number
    }

    /// Parses `points="x,y;x,y"`; returns alternating x and y.
    func points() throws(InputError) -> [Double] {
        var values: [Double] = []
        for point in (attributes["points"] ?? "").split(separator: ";") {
            let parts = point.split(separator: ",")
            guard parts.count == 2 else { throw InputError(found: "the point \"\(point.prefix(32))\"", expected: "x,y") }
            for part in parts {
                guard let value = Double(part.trimmingCharacters(in: .whitespaces)), abs(value) <= 1e9 else {
                    throw InputError(found: "the point \"\(point.prefix(32))\"", expected: "x,y in pixels")
                }
                values.append(value)
            }
        }
        return values
    }
}
