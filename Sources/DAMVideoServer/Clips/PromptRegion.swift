import Foundation
import Imaging
import ObjectTracking
import SegmentAnything

/// An object marked in one frame: `Prompt` in openapi.yaml.
struct PromptBody: Decodable, Sendable {
    let frame: Int
    var points: [[Double]]?
    var box: [Double]?
    var polygon: [[Double]]?
    /// Question for a description.
    var question: String?
    /// Name for the described track.
    var name: String?

    /// The marked region.
    /// - Parameters:
    ///   - image: the frame.
    ///   - segmented: the frame encoded by SAM 2; nil without SAM 2.
    /// - Throws: `APIError`: 400 for an invalid prompt, 422 for a region that is empty or outside the frame.
    func mask(in image: RGBImage, _ segmented: SegmentedFrame?) throws -> Mask {
        let points = points ?? []
        if let polygon {
            guard points.isEmpty, box == nil else {
                throw Self.bad("polygon", "found points or a box as well, expected one kind of region")
            }
            return try Self.mask(of: polygon, in: image)
        }
        guard !points.isEmpty || box != nil else { throw Self.bad("points", "found no region, expected points, a box or a polygon") }
        let box = try box.map { try Self.rectangle($0, in: image) }
        guard let segmented else {
            guard points.isEmpty, let box else {
                throw Self.bad("points", "found points, which need SAM 2, but this server has none: expected a box or a polygon")
            }
            return try Self.region {
                try Polygon.rasterized(
                    box: (Double(box.left), Double(box.top), Double(box.width), Double(box.height)), width: image.width,
                    height: image.height)
            }
        }
        do {
            return try segmented.mask(of: PicturePrompt(points: try points.map(Self.point), box: box))
        } catch let error as InputError where error.category == .invalid || error.category == .usage {
            throw Self.outside(error.description)
        }
    }

    private static func point(_ values: [Double]) throws -> PicturePrompt.Point {
        guard values.count == 2 || values.count == 3, values.allSatisfy(\.isFinite), values.count == 2 || [0, 1].contains(values[2]) else {
            throw bad("points", "found a point of \(values.count) numbers, expected x, y, and 1 for inside or 0 for outside")
        }
        return PicturePrompt.Point(x: values[0], y: values[1], isForeground: values.count == 2 || values[2] == 1)
    }

    /// A box rounded to whole pixels and clipped to the frame.
    private static func rectangle(_ values: [Double], in image: RGBImage) throws -> BoundingBox {
        guard values.count == 4, values.allSatisfy({ $0.isFinite && abs($0) < 1e6 }) else {
            throw bad("box", "found a box of \(values.count) numbers, expected left, top, width and height in pixels")
        }
        guard values[2] > 0, values[3] > 0 else { throw outside("found an empty box, expected width and height above 0") }
        let left = Int(values[0].rounded(.down)), top = Int(values[1].rounded(.down))
        let right = Int((values[0] + values[2]).rounded(.up)), bottom = Int((values[1] + values[3]).rounded(.up))
        let box = BoundingBox(left: left, top: top, width: right - left, height: bottom - top)
        guard let part = box.intersection(BoundingBox(left: 0, top: 0, width: image.width, height: image.height)) else {
            throw outside("found a box outside the picture of \(image.width)x\(image.height), expected one in it")
        }
        return part
    }

    /// Mask of the union of some polygons.
    private static func mask(of lines: [[Double]], in image: RGBImage) throws -> Mask {
        guard !lines.isEmpty, lines.count <= 1000,
            lines.allSatisfy({ $0.count >= 6 && $0.count % 2 == 0 && $0.allSatisfy(\.isFinite) })
        else {
            throw bad("polygon", "found a line of fewer than three corners, expected x, y of three or more")
        }
        return try region {
            var whole: RunLengthEncoding?
            for line in lines {
                let part = try Polygon.rasterized(line, width: image.width, height: image.height)
                whole = whole?.union(part) ?? part
            }
            return try whole ?? RunLengthEncoding(width: image.width, height: image.height, runs: [UInt32(image.width * image.height)])
        }
    }

    private static func region(_ body: () throws -> RunLengthEncoding) throws -> Mask {
        do {
            let runs = try body()
            guard runs.area > 0 else { throw outside("found a region outside the picture, expected one in it") }
            return runs.mask(in: BoundingBox(left: 0, top: 0, width: runs.width, height: runs.height))
        } catch let error as InputError {
            throw outside(error.description)
        }
    }

    private static func bad(_ field: String, _ message: String) -> APIError {
        APIError(400, message, param: field, code: "invalid_prompt")
    }

    private static func outside(_ message: String) -> APIError { APIError(422, message, code: "invalid_region") }
}

/// A mask as sent to clients.
struct MaskEntry: Encodable {
    let outline: [[Int]]
    let mask: RunLengthEncoding
    let box: BoundingBox

    /// - Parameter mask: not empty.
    init(_ mask: Mask) {
        outline = MaskContours(mask).lines
        self.mask = RunLengthEncoding(mask)
        box = mask.boundingBox ?? BoundingBox(left: 0, top: 0, width: mask.width, height: mask.height)
    }
}
