import Foundation

/// Run-length encodings of `pycocotools.mask.encode` in JSON by frame: a list with an element per frame, a dictionary whose keys
/// end in the frame number, or a folder with a file per frame. A frame is null, one region, a list of regions (tracks 1, 2, ...
/// by position) or a dictionary of regions by track. A region is `{"size": [h, w], "counts": ...}`, polygons, null, or an object
/// with `segmentation` and optionally `id` and `label`.
struct RunLengthFileReader {
    private var table: RegionTable

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, keepsGoing: Bool) throws -> RegionSource {
        var reader = RunLengthFileReader(table: RegionTable(path: document.path, format: .cocoRLE, keepsGoing: keepsGoing))
        try document.read { json in
            if try json.kind() == .array {
                return try json.array { json, index in try reader.frame(&json, number: index) }
            }
            if try json.isRegion() { return try reader.frame(&json, number: 0) }
            let numbers = try numbers(&json, in: &reader.table)
            var index = 0
            try json.object { json, key in
                guard numbers.indices.contains(index) else {
                    throw json.fault("the key \"\(key)\"", expected: "one that ends in a frame number")
                }
                try reader.frame(&json, number: numbers[index])
                index += 1
            }
        }
        return try reader.table.source()
    }

    /// The frame of each key of the next object, in order; does not consume it.
    private static func numbers(_ json: inout JSONReader, in table: inout RegionTable) throws -> [Int] {
        let keys = try json.keyList()
        do {
            let names = try FrameNames(keys)
            if let note = names.note { table.note(note) }
            table.isInOrder = names.areInOrder
            return names.frames
        } catch {
            let index = switch error { case .noNumber(let index), .tooLarge(let index): index }
            guard keys.indices.contains(index) else { return [] }
            throw json.fault("the key \"\(keys[index])\"", expected: "one that ends in a frame number")
        }
    }

    /// - Parameters:
    ///   - path: path of a folder with one JSON file per frame.
    ///   - stills: the clip's stills, frame by name.
    static func read(folder path: String, keepsGoing: Bool, stills: [String: Int]) throws -> RegionSource {
        var reader = RunLengthFileReader(table: RegionTable(path: path, format: .cocoRLE, keepsGoing: keepsGoing))
        let folder = try MaskFolder(path: path, fileExtension: "json", stills: stills)
        (reader.table.isPlaced, reader.table.isInOrder) = (folder.isPlaced, folder.isInOrder)
        if let note = folder.note { reader.table.note(note) }
        for entry in folder.entries {
            try reader.table.attempt(entry.path) { table in
                var reader = RunLengthFileReader(table: table)
                try MaskDocument(path: entry.path).read { json in try reader.frame(&json, number: entry.frame) }
                table = reader.table
            }
        }
        return try reader.table.source()
    }

    private mutating func frame(_ json: inout JSONReader, number: Int) throws {
        try table.annotate(frame: number)
        switch try json.kind() {
        case .null: try json.skip()
        case .array:
            if try json.isPolygons() { return try region(&json, track: .number(1), frame: number) }
            try json.array { json, index in try region(&json, track: .number(index + 1), frame: number) }
        case .object where try !json.isRegion():
            try json.object { json, key in
                try region(&json, track: Int(key).map(TrackID.number) ?? .name(key), frame: number)
            }
        default: try region(&json, track: .number(1), frame: number)
        }
    }

    /// - Parameter track: default for a region without a track of its own.
    private mutating func region(_ json: inout JSONReader, track: TrackID, frame: Int) throws {
        var track = track, label: String?
        let segmentation: Segmentation
        if try json.kind() == .object, try json.has(key: "segmentation") {
            var inner = Segmentation.none
            try json.object { json, key in
                switch key {
                case "segmentation": inner = try json.segmentation()
                case "id", "track_id", "object_id", "obj_id": track = try json.optionalTrackID() ?? track
                case "label", "name", "category": label = try json.optionalString()
                default: try json.skip()
                }
            }
            segmentation = inner
        } else {
            segmentation = try json.segmentation()
        }
        table.declare(track, label: label)
        try table.add(segmentation, to: track, frame: frame, place: "frame \(frame), track \(track)")
    }
}

extension JSONReader {
    /// True if the next object has this key; does not consume it.
    func has(key wanted: String) throws -> Bool {
        try keys().contains(wanted)
    }

    /// The keys of the next object; does not consume it.
    package func keys() throws -> Set<String> { Set(try keyList()) }

    /// Keys of the next object, in file order; does not consume it.
    func keyList() throws -> [String] {
        var copy = self, keys: [String] = []
        try copy.object { json, key in
            keys.append(key)
            try json.skip()
        }
        return keys
    }

    /// True if the next value is one region rather than a collection.
    fileprivate func isRegion() throws -> Bool {
        var copy = self
        guard try copy.kind() == .object else { return false }
        let keys = try keys()
        return keys.contains("counts") || keys.contains("segmentation")
    }

    /// True if the next list has numbers, or lists of numbers.
    fileprivate func isPolygons() throws -> Bool {
        var copy = self, found = false
        try copy.array { json, index in
            if index == 0 { found = try json.kind() == .number || json.kind() == .array }
            try json.skip()
        }
        return found
    }
}
