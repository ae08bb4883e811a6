import Files
import Foundation
import Imaging
import Media

/// Additional files made from a captioned clip, such as a rendering.
public protocol ClipSideFiles: Sendable {
    /// Paths of the files.
    var paths: [String] { get }

    /// True if an earlier run wrote the file at one of `paths`.
    func isOwn(_ path: String) -> Bool

    /// Checks, before any work is done, that the files can be made and written.
    /// - Parameters:
    ///   - request: the clip and its objects.
    ///   - resumes: true if files of an earlier run may be replaced.
    /// - Throws: `InputError`.
    func check(_ request: ClipRequest, resumes: Bool) throws

    /// Writes what is known once objects are tracked, before any is captioned.
    /// - Parameters:
    ///   - clip: the clip; its document has the tracks of an earlier run only.
    ///   - resumes: as `check`.
    /// - Throws: `InputError`.
    func begin(_ clip: CaptionedClip, resumes: Bool) throws

    /// - Parameters:
    ///   - clip: the clip with its complete document.
    ///   - resumes: as `check`.
    ///   - events: called with each event; an error it throws ends the call.
    /// - Throws: `InputError`, and what `events` throws.
    func write(_ clip: CaptionedClip, resumes: Bool, events: (CaptionEvent) throws -> Void) throws
}

extension ClipSideFiles {
    public func begin(_ clip: CaptionedClip, resumes: Bool) throws {}

    /// True if all files exist.
    var exist: Bool { paths.allSatisfy { FileStatus($0) != nil } }
}

/// Destinations of the captions of several clips, and of the additional files.
public struct JobOutputs {
    /// A file, a folder, or "-" for stdout; nil for files next to the clips.
    let output: String?
    let formats: [CaptionFormat]
    let replaces: OutputReplacement
    /// Other input files and folders: the model, the list of clips.
    let inputs: [String]
    /// Additional files of a clip; nil for none.
    let sideFiles: (ClipRequest) -> (any ClipSideFiles)?
    /// Folders for additional files of several clips.
    let sideFolders: [String]

    /// - Parameters:
    ///   - output: a file, a folder, or `-` for stdout; nil for files next to the clips.
    ///   - formats: at least one.
    ///   - replaces: existing files that may be replaced.
    ///   - inputs: files and folders that a run reads in addition to clips, masks and SAM 2; outputs never replace them.
    ///   - sideFolders: folders for additional files of several clips.
    ///   - sideFiles: additional files of a clip; nil for none.
    public init(
        output: String?, formats: [CaptionFormat], replaces: OutputReplacement = .none, inputs: [String] = [],
        sideFolders: [String] = [], sideFiles: @escaping (ClipRequest) -> (any ClipSideFiles)? = { _ in nil }
    ) {
        self.output = output
        self.formats = formats.isEmpty ? [.json] : formats
        (self.replaces, self.inputs) = (replaces, inputs)
        self.sideFiles = sideFiles
        self.sideFolders = sideFolders
    }

    /// One output for each clip.
    /// - Parameters:
    ///   - requests: the clips.
    ///   - areMany: true if the output must accept any number of clips.
    /// - Throws: `InputError`: `usage` if two clips would be written to the same file, or one over an input; `inputOutput` if the
    ///   output is not a folder and cannot become one.
    public func jobs(for requests: [ClipRequest], areMany: Bool) throws -> [CaptionJob] {
        guard output != "" else { throw InputError(.usage, "-o: found an empty name, expected a file, a folder or -") }
        if output == "-", Set(formats).count > 1 {
            throw InputError(.usage, "-o -: found \(Set(formats).count) formats, expected one")
        }
        if areMany, output == "-", formats != [.jsonl] {
            throw InputError(.usage, "-o -: found \(requests.count) clips, expected one, or --format jsonl")
        }
        if areMany {
            for folder in [output].compactMap(\.self) + sideFolders where folder != "-" { try makeFolder(folder) }
        }
        let jobs = requests.map { request in
            CaptionJob(
                request: request,
                output: CaptionOutput(request, output: output ?? (request.clip == "-" ? "-" : nil), formats: formats,
                    replaces: replaces),
                sideFiles: sideFiles(request))
        }
        try checkDistinct(jobs)
        let read = InputFiles(inputs + requests.flatMap(\.files))
        for job in jobs {
            for path in job.paths { try read.refuse(path, isOwn: job.isOwn(path)) }
        }
        return jobs
    }

    private func checkDistinct(_ jobs: [CaptionJob]) throws {
        var owners: [String: Int] = [:]
        for (number, job) in jobs.enumerated() {
            for path in job.paths {
                guard let other = owners.updateValue(number, forKey: URL(filePath: path).standardized.path) else { continue }
                let rivals = other == number
                    ? "outputs" : "clips, \(jobs[other].request.clip) and \(job.request.clip),"
                throw InputError(
                    .usage, "\(path): found two \(rivals) that would be written there, expected other names or folders")
            }
        }
    }

    private func makeFolder(_ path: String) throws {
        if let status = FileStatus(path) {
            guard status.isFolder else {
                throw InputError(.inputOutput, "\(path): found a file, expected a folder for the captions of several clips")
            }
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        } catch {
            // Another shard may have created it meanwhile.
            if FileStatus(path)?.isFolder == true { return }
            throw InputError(.inputOutput, "\(path): the folder cannot be made: \(error.localizedDescription)")
        }
    }
}
