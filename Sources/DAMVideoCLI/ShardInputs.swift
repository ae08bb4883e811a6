import DAMVideo
import DataPipeline
import Evaluation
import Files
import Foundation
import Imaging

/// Output files of shards, all of the same kind, which is recognised by their content.
struct ShardInputs {
    enum Contents {
        case captions([ShardFile])
        case scenes([(path: String, report: SceneReport)])
        case outputs([DLCOutputs])
        /// Records of the data pipeline.
        case records
    }

    let paths: [String]
    let contents: Contents

    /// - Parameter inputs: files, and folders searched for caption files.
    /// - Throws: `InputError`.
    init(_ inputs: [String]) throws {
        paths = try inputs.flatMap { try Self.files($0) }
        let files = try paths.map { path in
            guard let data = fileContents(path) else { throw InputError(.notFound, "\(path): no such file, or not readable") }
            return (path, data)
        }
        if files.contains(where: { RecordMerge.areRecords($0.1) }) {
            if let other = files.first(where: { !$0.1.isEmpty && !RecordMerge.areRecords($0.1) }) {
                throw InputError(.invalid, other.0, found: "something else, where other files are records",
                    expected: "records of damvideo sdp")
            }
            contents = .records
            return
        }
        let captions = try files.map { path, data in try ShardFile(data, path: path) }
        if captions.contains(where: { $0 != nil }) {
            if let index = captions.firstIndex(where: { $0 == nil }) {
                throw InputError(.invalid, paths[index], found: "something else, where other files are captions", expected: "captions")
            }
            contents = .captions(captions.compactMap(\.self))
            return
        }
        let reports = files.map { path, data in (path: path, report: try? JSONDecoder().decode(SceneReport.self, from: data)) }
        if reports.contains(where: { $0.report != nil }) {
            if let other = reports.first(where: { $0.report == nil }) {
                throw InputError(
                    .invalid, other.path, found: "something else, where other files are reports of scenes",
                    expected: "reports of evaluate scenes --json")
            }
            contents = .scenes(reports.compactMap { path, report in report.map { (path, $0) } })
            return
        }
        contents = .outputs(try paths.map { path in
            do {
                return try DLCOutputs(path: path)
            } catch {
                throw InputError(
                    .invalid, path, found: "something else",
                    expected: "captions, a report of evaluate scenes --json, or outputs of dlc-bench")
            }
        })
    }

    /// The file, or a folder's files of captions: the JSON Lines if there are any, because the other forms are made of the same.
    private static func files(_ path: String) throws -> [String] {
        guard let names = FileStatus(path)?.isFolder == true ? folderNames(path) : nil else { return [path] }
        let folder = path.hasSuffix("/") ? path : path + "/"
        func files(_ ending: String) -> [String] {
            names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.sorted().map { folder + $0 }
        }
        let lines = files(".jsonl"), found = lines.isEmpty ? files(".json") : lines
        guard !found.isEmpty else {
            throw InputError(.notFound, "\(path): found no file of captions (.jsonl, .json), expected at least one")
        }
        return found
    }
}
