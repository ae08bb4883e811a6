import Files
import Imaging

/// The questions of a benchmark in DLC-Bench's format: a folder with `qa.json`, `class_names.json` and `annotations.json`, or a
/// judge cache, which contains the questions too.
package struct DLCBenchmark: Sendable {
    package struct Region: Sendable {
        package let key: String
        /// Name of the region's object; nil if there is only a cache.
        package let name: String?
        /// Recognition question from a cache, used if there is no name.
        let recognition: DLCQuestion?
        package let questions: [DLCQuestion]
    }

    /// In the order of `qa.json`.
    package let regions: [Region]
    /// The regions' annotations; nil without `annotations.json`.
    package let annotations: DLCAnnotations?

    /// - Parameters:
    ///   - folder: the benchmark's folder; nil to take the questions from the cache.
    ///   - cache: source of the questions if the folder has none.
    /// - Throws: `InputError` for a missing or invalid file.
    package init(folder: String?, cache: DLCCache?) throws {
        if let folder {
            guard let status = FileStatus(folder) else { throw InputError(.notFound, "\(folder): no such folder") }
            guard status.isFolder else {
                throw InputError(.invalid, folder, found: "a file", expected: "a folder with qa.json and class_names.json")
            }
        }
        let paths = ["qa.json", "class_names.json", "annotations.json"].map { name in folder.map { "\($0)/\(name)" } }
        let areThere = paths.map { path in path.map { FileStatus($0) != nil } ?? false }
        annotations = try areThere[2] ? paths[2].map(DLCAnnotations.init) : nil
        if areThere[0] || areThere[1], let questions = paths[0], let names = paths[1] {
            for (path, isThere) in zip([questions, names], areThere) where !isThere {
                throw InputError(.notFound, "\(path): no such file, expected qa.json and class_names.json, or neither and --cache")
            }
            regions = try Self.regions(questions: questions, names: names)
        } else if let cache, !cache.entries.isEmpty {
            regions = cache.entries.map { entry in
                Region(key: entry.key, name: nil, recognition: entry.recognition, questions: entry.questions)
            }
        } else {
            let place = folder ?? "the command"
            throw InputError(
                .notFound, place, found: "no questions", expected: "qa.json and class_names.json, or a judge cache by --cache")
        }
    }

    private static func regions(questions path: String, names namesPath: String) throws -> [Region] {
        let names = try JSONPlace(file: namesPath, expected: "a name for each region")
        let regions = try JSONPlace(file: path, expected: "questions about each region").members().map { key, json in
            let questions = try json.array().map { try DLCQuestion($0) }
            guard questions.contains(where: { $0.kind == .positive }) else {
                throw InputError(.invalid, json.place, found: "no positive question", expected: "one or more")
            }
            guard !questions.contains(where: { $0.kind == .recognition }) else {
                throw InputError(.invalid, json.place, found: "a recognition question", expected: "\"positive\" or \"negative\"")
            }
            return Region(key: key, name: try names[key].string(), recognition: nil, questions: questions)
        }
        guard !regions.isEmpty else { throw InputError(.invalid, path, found: "no region", expected: "questions about some") }
        return regions
    }
}
