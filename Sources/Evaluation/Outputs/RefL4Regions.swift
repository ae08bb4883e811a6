import Files
import Foundation
import Imaging

/// Regions of Ref-L4: `id`, `caption`, `bbox`, `width`, `height`, `file_name`, as JSON Lines or a list. Published as Parquet.
enum RefL4Regions {
    static func read(_ path: String) throws -> [OutputsRegion] {
        if fileContents(path)?.starts(with: Data("PAR1".utf8)) ?? false {
            throw InputError(
                .invalid, path, found: "Parquet",
                expected: "JSON lines (Python: pandas.read_parquet(FILE).to_json(OUT, orient=\"records\", lines=True))")
        }
        return try JSONRecords.read(path, expected: "JSON lines or a list of Ref-L4's annotations").map { record in
            let id = try record.optional("id") ?? record["ann_id"], box = try record["bbox"]
            return OutputsRegion(
                key: try id.text(), file: try record["file_name"].string(), size: try record.size(),
                shape: .boxes([try box.box()], place: box.place), references: [try record["caption"].string()],
                place: record.place)
        }
    }
}

extension JSONPlace {
    /// A name or an integer, as text.
    func text() throws -> String {
        if case .string(let text) = value { return text }
        guard case .number = value else { throw wrong(expected: "a text or a whole number") }
        return "\(try integer())"
    }
}
