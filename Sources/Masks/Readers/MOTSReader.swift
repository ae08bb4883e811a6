import Imaging

/// MOTS text: a line per mask, `frame id class_id height width rle`. An id is `class * 1000 + instance`, 10000 is a region to
/// ignore; frames count from 0.
///
/// Source: TrackEval, `docs/MOTS-format.txt` (KITTI MOTS).
enum MOTSReader {
    static let ignored = 10_000

    /// Names of the classes of KITTI MOTS and MOTSChallenge.
    private static let classes = [1: "car", 2: "pedestrian"]

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: document.path, format: .mots, keepsGoing: keepsGoing)
        try document.forEachRow { number, line in
            try table.attempt("line \(number)") { table in
                let fields = line.fields(separatedByCommas: false)
                guard fields.count == 6 else {
                    throw InputError(found: "\(fields.count) fields", expected: "frame id class_id height width rle")
                }
                let numbers = try fields[..<5].map { field in
                    guard let number = Int(String(decoding: field, as: UTF8.self)) else {
                        throw InputError(
                            found: "\"\(String(decoding: field.prefix(32), as: UTF8.self))\"", expected: "a whole number")
                    }
                    return number
                }
                try table.annotate(frame: numbers[0])
                guard numbers[1] != ignored else { return }
                table.declare(.number(numbers[1]), label: classes[numbers[2]])
                try table.add(
                    .compressed(Array(fields[5]), PictureSize(width: numbers[4], height: numbers[3])),
                    to: .number(numbers[1]), frame: numbers[0], place: "line \(number)")
            }
        }
        return try table.source()
    }
}
