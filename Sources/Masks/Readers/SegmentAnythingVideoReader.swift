/// SA-V: a JSON file per video with `masklet[frame][object]` run-length encodings of every fourth frame (6 of 24 per second) and
/// the objects' ids in `masklet_id`. An absent object has an empty mask. Frames are counted as in the file; the format's step of
/// 4 converts them to the clip's.
///
/// Source: SAM 2, `sav_dataset/README.md`.
enum SegmentAnythingVideoReader {
    /// - Throws: `MaskError`.
    static func read(_ file: MaskDocument, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: file.path, format: .segmentAnythingVideo, keepsGoing: keepsGoing)
        var ids: [Int]?
        try file.read { json in
            try json.object { json, key in
                switch key {
                case "masklet": try json.array { json, frame in try read(&json, frame: frame, into: &table) }
                case "masklet_id":
                    var list: [Int] = []
                    try json.array { json, _ in list.append(try json.integer()) }
                    ids = list
                default: try json.skip()
                }
            }
        }
        if let ids {
            let tooMany = table.unusable("more than the \(ids.count) objects of masklet_id", "as many in every frame")
            try table.renameTracks { track in
                guard case .number(let index) = track, ids.indices.contains(index) else { throw tooMany }
                return .number(ids[index])
            }
        }
        return try table.source()
    }

    /// Reads the masks of one frame, a list with an entry per object.
    private static func read(_ json: inout JSONReader, frame: Int, into table: inout RegionTable) throws {
        try table.annotate(frame: frame)
        try json.array { json, object in
            let segmentation = try json.segmentation()
            table.declare(.number(object), label: nil)
            try table.add(segmentation, to: .number(object), frame: frame, place: "masklet[\(frame)][\(object)]")
        }
    }
}
