import Imaging

/// Rows of supervision's `CSVSink` and `JSONSink`: corners in pixels, class, confidence and tracker, then columns added by the
/// caller, among them the frame number under a name of the caller's choice, or the name of an image.
///
/// Source: supervision, `detection/tools/csv_sink.py` and `json_sink.py`.
enum SupervisionDetections {
    static let columns = ["x_min", "y_min", "x_max", "y_max"]

    /// Column names that the sinks' examples and other tools use for the frame number, most likely first.
    private static let frames = [
        "frame_index", "frame_idx", "frame_number", "frame_id", "frame_no", "frame_num", "frame", "frameindex", "framenumber", "image_id",
    ]
    private static let pictures = ["file_name", "filename", "image_name", "image_path", "image", "source_name"]
    private static let labels = ["class_name", "label", "class", "name"]

    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: document.path, format: .supervision, keepsGoing: keepsGoing)
        let rows = document.isList ? try jsonRows(document) : try csvRows(document)
        let keys = try keys(of: rows, clip: clip, in: &table)
        for (row, key) in zip(rows, keys) {
            try table.attempt(row.place) { table in try table.add(detection(row, key: key)) }
        }
        if rows.contains(where: { $0.text(labels) == nil && $0.text(["class_id"]) != nil }) {
            table.note("classes are numbers without names (a column class_name names them)")
        }
        return table
    }

    private struct Row {
        let place: String
        /// Values as text, by lowercase name.
        let values: [String: String]

        /// The first non-empty value under one of these names.
        func text(_ names: [String]) -> String? { names.lazy.compactMap { values[$0] }.first { !$0.isEmpty } }

        /// - Throws: `InputError` for something that is not a number.
        func number(_ name: String) throws(InputError) -> Double? {
            guard let text = text([name]) else { return nil }
            guard let number = Double(text), number.isFinite else {
                throw InputError(found: "\(name) \"\(text.prefix(32))\"", expected: "a number")
            }
            return number
        }
    }

    private static func csvRows(_ document: MaskDocument) throws -> [Row] {
        let content: CSVTable
        do {
            content = try CSVTable(document.bytes)
        } catch {
            throw MaskError(path: document.path, found: error.found ?? error.description, expected: error.expected ?? "CSV")
        }
        let names = content.names.map { $0.lowercased() }
        if let missing = columns.first(where: { !names.contains($0) }) {
            throw MaskError(path: document.path, found: "no column \(missing)", expected: "x_min,y_min,x_max,y_max,...")
        }
        return content.rows.map { line, fields in
            Row(place: "line \(line)", values: Dictionary(zip(names, fields), uniquingKeysWith: { first, _ in first }))
        }
    }

    private static func jsonRows(_ document: MaskDocument) throws -> [Row] {
        var rows: [Row] = []
        try document.read { json in
            try json.array { json, index in
                var values: [String: String] = [:]
                try json.object { json, key in
                    switch try json.kind() {
                    case .string: values[key.lowercased()] = try json.string()
                    case .number: values[key.lowercased()] = String(try json.number())
                    default: try json.skip()
                    }
                }
                rows.append(Row(place: "row \(index + 1)", values: values))
            }
        }
        return rows
    }

    /// The key of each row.
    private static func keys(of rows: [Row], clip: ClipFacts, in table: inout DetectionTable) throws -> [Int] {
        if let name = frames.first(where: { name in rows.contains { $0.text([name]) != nil } }) {
            return try rows.map { row in
                guard let number = try? row.number(name), let key = Int(exactly: number), key >= 0, key <= FrameNames.largest else {
                    let found = row.text([name]).map { "\(name) \"\($0.prefix(32))\"" } ?? "no \(name)"
                    throw MaskError(path: table.path, reason: .atPlace(row.place, "found \(found), expected a frame number"))
                }
                return key
            }
        }
        guard !rows.isEmpty else { return [] }
        guard let name = pictures.first(where: { name in rows.allSatisfy { $0.text([name]) != nil } }) else {
            throw table.unusable(
                "rows without a frame", "a column such as frame_index, which the sink writes from custom_data={\"frame_index\": ...}")
        }
        let names = Set(rows.compactMap { $0.text([name]) }).sorted()
        guard let named = try? FrameNames(names, stills: clip.frameOfStill) else {
            throw table.unusable("\(name) without frame numbers, such as \(names[0].prefix(32))", "frame numbers, or a column frame_index")
        }
        (table.isPlaced, table.isInOrder) = (named.arePlaced, named.areInOrder)
        if let note = named.note { table.note(note) }
        let keys = Dictionary(uniqueKeysWithValues: zip(names, named.frames))
        return rows.map { row in row.text([name]).flatMap { keys[$0] } ?? 0 }
    }

    private static func detection(_ row: Row, key: Int) throws -> DetectionRow {
        var corners: [Double] = []
        for name in columns {
            guard let value = try row.number(name) else { throw InputError(found: "no \(name)", expected: "a number") }
            corners.append(value)
        }
        let tracker = try row.number("tracker_id"), category = try row.number("class_id")
        let number = category.flatMap { Int(exactly: $0) }.map(String.init)
        return DetectionRow(
            key: key,
            box: Rectangle(left: corners[0], top: corners[1], width: corners[2] - corners[0], height: corners[3] - corners[1]),
            label: row.text(labels) ?? number, score: try row.number("confidence"),
            // -1 marks a detection not yet assigned to a track.
            identity: tracker.flatMap { Int(exactly: $0) }.flatMap { $0 < 0 ? nil : .number($0) })
    }
}
