import Imaging

/// A region in COCO's JSON, before its size is known.
package enum Segmentation: Sendable {
    case none
    /// Runs as a string, and the size given with it.
    case compressed([UInt8], PictureSize)
    case runs([UInt32], PictureSize)
    /// Corners of each part, with alternating x and y; four numbers are a box.
    case polygons([[Double]])

    /// The size it states; nil for polygons.
    package var size: PictureSize? {
        switch self {
        case .compressed(_, let size), .runs(_, let size): size
        case .none, .polygons: nil
        }
    }

    /// Decodes the region.
    /// - Parameters:
    ///   - size: image size.
    ///   - isUnescaped: set to true if runs fit the size only after halving their backslashes.
    /// - Returns: nil if there is none.
    /// - Throws: `InputError` for invalid runs or corners, or for another image size.
    package func region(size: PictureSize, isUnescaped: inout Bool) throws(InputError) -> RunLengthEncoding? {
        if let found = self.size, found != size {
            throw InputError(found: "a mask of \(found)", expected: "\(size) as the others")
        }
        switch self {
        case .none:
            return nil
        case .compressed(let counts, _):
            return try Self.region(counts, size, isUnescaped: &isUnescaped)
        case .runs(let runs, _):
            return try RunLengthEncoding(width: size.width, height: size.height, runs: runs)
        case .polygons(let parts):
            var union: RunLengthEncoding?
            for part in parts where !part.isEmpty {
                let region = part.count == 4
                    ? try Polygon.rasterized(
                        box: (part[0], part[1], part[2], part[3]), width: size.width, height: size.height)
                    : try Polygon.rasterized(part, width: size.width, height: size.height)
                union = union?.union(region) ?? region
            }
            return union
        }
    }

    /// Decodes runs from a string, possibly as Python prints bytes: `b'...'`, or the part in quotes, with backslashes doubled.
    private static func region(
        _ text: [UInt8], _ size: PictureSize, isUnescaped: inout Bool
    ) throws(InputError) -> RunLengthEncoding {
        let isQuoted = text.count > 2 && text[0] == UInt8(ascii: "b")
            && [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(text[1]) && text[text.count - 1] == text[1]
        let counts = isQuoted ? Array(text[2..<text.count - 1]) : text, halved = withHalfTheBackslashes(counts)
        guard halved != counts else { return try RunLengthEncoding(width: size.width, height: size.height, counts: counts) }
        // Quotes are printed together with doubled backslashes; if the runs do not fit then, try the original or give up.
        let other = isQuoted ? counts : halved
        do {
            return try RunLengthEncoding(width: size.width, height: size.height, counts: isQuoted ? halved : counts)
        } catch {
            guard let region = try? RunLengthEncoding(width: size.width, height: size.height, counts: other) else { throw error }
            if !isQuoted { isUnescaped = true }
            return region
        }
    }

    private static func withHalfTheBackslashes(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [], isEscaped = false
        for byte in text {
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            if !isEscaped { result.append(byte) }
        }
        return result
    }
}

extension JSONReader {
    /// Reads `null`, `{"size": [h, w], "counts": string or list}`, a list of polygons or one polygon.
    package mutating func segmentation() throws -> Segmentation {
        switch try kind() {
        case .null:
            try word("null")
            return .none
        case .object: return try runLengths()
        case .array: return try polygons()
        case let kind: throw fault(kind.rawValue, expected: "an RLE, polygons or null")
        }
    }

    private mutating func runLengths() throws -> Segmentation {
        var size: PictureSize?, counts: [UInt8]?, runs: [UInt32]?
        try object { json, key in
            switch key {
            case "size": size = try json.size()
            case "counts" where try json.kind() == .string: counts = try json.stringBytes()
            case "counts": runs = try json.runs()
            default: try json.skip()
            }
        }
        guard let size else { throw fault("an RLE without size", expected: "\"size\": [height, width]") }
        if let counts { return .compressed(counts, size) }
        if let runs { return .runs(runs, size) }
        throw fault("an RLE without counts", expected: "\"counts\"")
    }

    /// `[height, width]`.
    private mutating func size() throws -> PictureSize {
        var sides: [Int] = []
        try array { json, index in
            guard index < 2 else { throw json.fault("a size of more than two numbers", expected: "[height, width]") }
            sides.append(try json.integer())
        }
        guard sides.count == 2 else { throw fault("a size of \(sides.count) numbers", expected: "[height, width]") }
        return PictureSize(width: sides[1], height: sides[0])
    }

    private mutating func runs() throws -> [UInt32] {
        var runs: [UInt32] = []
        try array { json, _ in
            let run = try json.integer()
            guard let run = UInt32(exactly: run) else { throw json.fault("a run of \(run)", expected: "0 or more pixels") }
            runs.append(run)
        }
        return runs
    }

    private mutating func polygons() throws -> Segmentation {
        var parts: [[Double]] = [], single: [Double] = []
        try array { json, _ in
            if try json.kind() == .number { return single.append(try json.number()) }
            var part: [Double] = []
            try json.array { json, _ in part.append(try json.number()) }
            parts.append(part)
        }
        if !single.isEmpty { parts.append(single) }
        return parts.allSatisfy(\.isEmpty) ? .none : .polygons(parts)
    }
}
