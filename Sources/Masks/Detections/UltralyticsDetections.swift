import Imaging

/// Ultralytics' label files, one for each frame with objects: `<clip>_<frame>.txt`, counted from 1, for a video; for images,
/// named like them. Coordinates are fractions of the image size.
///
/// Source: ultralytics, `Results.save_txt` in `engine/results.py`, and `engine/predictor.py` for names.
enum UltralyticsDetections {
    private struct File {
        let path: String
        var lines: [[Double]] = []
        var places: [Int] = []
    }

    /// - Parameters:
    ///   - path: path of the folder, or of one file.
    ///   - files: paths of the label files.
    /// - Throws: `MaskError`.
    static func read(_ path: String, files: [String], clip: ClipFacts, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: path, format: .ultralytics, keepsGoing: keepsGoing)
        guard let size = clip.size else {
            throw table.unusable(
                "Ultralytics text with boxes in parts of the picture, and no clip", "the clip, whose size they are parts of")
        }
        let numbering = try UltralyticsNames(files, clip: clip, path: path)
        (table.isPlaced, table.isInOrder, table.firstFrame) = (numbering.arePlaced, numbering.areInOrder, numbering.first)
        for note in numbering.notes { table.note(note) }
        let read = try numbering.files.map { try lines(of: $0, in: &table) }
        let layout: UltralyticsLayout
        do {
            layout = try UltralyticsLayout(read.map(\.lines))
        } catch {
            throw MaskError(path: path, found: error.found ?? error.description, expected: error.expected ?? "one layout")
        }
        if let note = layout.note { table.note(note) }
        if layout.shape == .pose { table.note("keypoints are ignored, boxes read") }
        let names = ClassNames(beside: path)
        for (file, key) in zip(read, numbering.keys) {
            for (line, place) in zip(file.lines, file.places) {
                try table.attempt("\(FileNames.lastPart(file.path)), line \(place)") { table in
                    try table.add(row(line, layout, names, size: size, key: key))
                }
            }
        }
        // A tool that writes empty files examined every frame; Ultralytics itself writes no file for a frame without objects.
        if read.contains(where: \.lines.isEmpty) { for key in numbering.keys { try table.annotate(frame: key) } }
        if names.isEmpty, !table.rows.isEmpty {
            table.note("classes are numbers without names (a classes.txt or data.yaml beside the files names them)")
        }
        return table
    }

    private static func lines(of path: String, in table: inout DetectionTable) throws -> File {
        var file = File(path: path)
        try MaskDocument(path: path).forEachLine { number, line in
            try table.attempt("\(FileNames.lastPart(path)), line \(number)") { _ in
                file.lines.append(try numbers(line))
                file.places.append(number)
            }
        }
        return file
    }

    private static func numbers(_ line: ArraySlice<UInt8>) throws(InputError) -> [Double] {
        var values: [Double] = []
        for field in line.fields(separatedByCommas: false) {
            let text = String(decoding: field.prefix(32), as: UTF8.self)
            guard let value = Double(text), abs(value) <= 1e9 else { throw InputError(found: "\"\(text)\"", expected: "a number") }
            values.append(value)
        }
        guard values.count >= 5 else { throw InputError(found: "\(values.count) numbers", expected: "class x y width height") }
        guard values[0] == values[0].rounded(), values[0] >= 0 else {
            throw InputError(found: "class \(values[0])", expected: "a whole number from 0")
        }
        guard values[1...4].allSatisfy({ (-1...2).contains($0) }) else {
            throw InputError(found: "coordinates beyond the picture", expected: "parts of it, 0 to 1")
        }
        return values
    }

    private static func row(
        _ line: [Double], _ layout: UltralyticsLayout, _ names: ClassNames, size: PictureSize, key: Int
    ) throws -> DetectionRow {
        var rest = line[1...], identity: TrackID?, score: Double?
        let extras = layout.extras[line.count] ?? .none
        if extras == .identity || extras == .both, let last = rest.popLast(), let number = Int(exactly: last) {
            identity = .number(number)
        }
        if extras == .confidence || extras == .both { score = rest.popLast() }
        let width = Double(size.width), height = Double(size.height), number = Int(line[0])
        var row = DetectionRow(
            key: key,
            box: Rectangle(
                left: (line[1] - line[3] / 2) * width, top: (line[2] - line[4] / 2) * height, width: line[3] * width,
                height: line[4] * height),
            label: names[number] ?? String(number), score: score, identity: identity)
        guard layout.shape == .polygon, rest.count > 4 else { return row }
        guard rest.allSatisfy({ (-1...2).contains($0) }) else {
            throw InputError(found: "corners beyond the picture", expected: "parts of it, 0 to 1")
        }
        (row.shape, row.box) = try DetectedShape.polygon(rest.enumerated().map { $1 * ($0 % 2 == 0 ? width : height) })
        return row
    }
}
