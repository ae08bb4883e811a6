import Imaging

/// An entry of `annotations` in a COCO file, or of a list of results.
package struct COCOAnnotation {
    package var id: TrackID?
    package var track: TrackID?
    /// `image_id`: a number, or a name in some results.
    package var picture: TrackID?
    package var category: Int?
    /// Category name stored in a result itself.
    package var label: String?
    package var segmentation = Segmentation.none
    /// Left, top, width and height; empty if there is none.
    package var box: [Double] = []
    package var score: Double?
    /// IoU predicted for the mask (`predicted_iou` of SA-1B).
    package var expectedIoU: Double?
    /// True for crowds and annotations marked as ignored.
    package var isIgnored = false

    package init(_ json: inout JSONReader) throws {
        var found = COCOAnnotation()
        try json.object { json, key in
            switch key {
            case "id": found.id = try json.trackID()
            case "image_id": found.picture = try json.optionalTrackID()
            case "category_id": found.category = try json.optionalInteger()
            case "category_name": found.label = try json.optionalString()
            case "track_id", "instance_id", "object_id": found.track = try json.optionalTrackID() ?? found.track
            case "attributes" where try json.kind() == .object:
                try json.object { json, key in
                    guard key == "track_id" else { return try json.skip() }
                    found.track = try json.optionalTrackID() ?? found.track
                }
            case "segmentation": found.segmentation = try json.segmentation()
            case "bbox": if try !json.null() { try json.array { json, _ in found.box.append(try json.number()) } }
            case "score": found.score = try json.optionalNumber()
            case "predicted_iou": found.expectedIoU = try json.optionalNumber()
            case "iscrowd", "ignore": found.isIgnored = try json.flag() || found.isIgnored
            default: try json.skip()
            }
        }
        self = found
    }

    private init() {}
}

extension JSONReader {
    /// Reads a number; nil for null or another kind of value.
    package mutating func optionalNumber() throws -> Double? {
        if try kind() == .number { return try number() }
        try skip()
        return nil
    }

    /// Reads a flag: true, or a nonzero number; false for anything else.
    package mutating func flag() throws -> Bool {
        switch try kind() {
        case .number: return try number() != 0
        case .bool:
            let isTrue = bytes[position] == UInt8(ascii: "t")
            try skip()
            return isTrue
        default:
            try skip()
            return false
        }
    }
}
