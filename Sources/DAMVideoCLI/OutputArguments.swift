import DAMVideo
import Foundation
import Imaging

/// Where the captions of a call's clips go: `-o` and `--format`, `--render` and `--report`.
struct OutputArguments {
    let output: String?
    let formats: [CaptionFormat]
    let pictures: PictureOptions

    /// One output for each clip.
    /// - Parameter areMany: whether `-o` has to take any number of clips.
    /// - Throws: `InputError`: `usage` when two would be written to the same file, `inputOutput` when `-o` is no folder
    ///   and cannot become one.
    func outputs(of requests: [ClipRequest], areMany: Bool) throws -> [(CaptionOutput, PictureFiles)] {
        let formats = formats.isEmpty ? [.json] : formats
        if output == "-", Set(formats).count > 1 {
            throw InputError(.usage, "-o -: found \(Set(formats).count) formats, expected one")
        }
        if areMany, output == "-", formats != [.jsonl] {
            throw InputError(.usage, "-o -: found \(requests.count) clips, expected one, or --format jsonl")
        }
        if areMany {
            for folder in [output, pictures.render, pictures.report].compactMap(\.self) where folder != "-" {
                try makeFolder(folder)
            }
        }
        let outputs = requests.map { request in
            (
                CaptionOutput(request, output: output ?? (request.clip == "-" ? "-" : nil), formats: formats),
                PictureFiles(request, pictures)
            )
        }
        var owners: [String: Int] = [:]
        for (number, (output, pictures)) in outputs.enumerated() {
            for path in output.files.map(\.path) + pictures.paths where path != "-" {
                guard let other = owners.updateValue(number, forKey: URL(filePath: path).standardized.path) else { continue }
                let rivals = other == number ? "outputs" : "clips, \(requests[other].clip) and \(requests[number].clip),"
                throw InputError(
                    .usage, "\(path): found two \(rivals) that would be written there, expected other names or folders")
            }
        }
        return outputs
    }

    private func makeFolder(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw InputError(.inputOutput, "\(path): found a file, expected a folder for the captions of several clips")
            }
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        } catch {
            throw InputError(.inputOutput, "\(path): the folder cannot be made: \(error.localizedDescription)")
        }
    }
}
