import Files
import Imaging
import Media

/// A clip and where its captions go.
public struct CaptionJob: Sendable {
    public let request: ClipRequest
    /// The clip's bytes, where they are not at the request's path, which then is its name alone.
    public var file: ClipFile?
    public let output: CaptionOutput
    /// Its other files; nil for none.
    public let sideFiles: (any ClipSideFiles)?
    /// An earlier run that this one goes on with.
    public private(set) var earlier: ResumedRun?
    /// True if `--resume` was given: an earlier run is continued if there is one.
    public private(set) var resumes = false

    init(request: ClipRequest, output: CaptionOutput, sideFiles: (any ClipSideFiles)?) {
        (self.request, self.output, self.sideFiles) = (request, output, sideFiles)
    }

    /// Files that are written.
    var paths: [String] { output.files.map(\.path).filter { $0 != "-" } + (sideFiles?.paths ?? []) }

    /// True if the file at one of this job's output paths was written by an earlier run.
    func isOwn(_ path: String) -> Bool { output.isOwn(path) || sideFiles?.isOwn(path) ?? false }

    /// The same job, continuing the earlier run at its output path if there is one.
    /// - Throws: `InputError`: as `CaptionOutput.earlierRun`.
    public func resumed() throws -> CaptionJob {
        var job = self
        (job.resumes, job.earlier) = (true, try output.earlierRun())
        return job
    }

    /// Checks, before any work is done, that everything can be written.
    /// - Throws: `InputError`.
    public func check() throws {
        try output.check()
        try sideFiles?.check(request, resumes: resumes)
    }

    /// Exclusive claims on all output files.
    /// - Throws: `InputError` of category `outputExists` when another run has it.
    func claims() throws -> [OutputClaim] {
        try paths.map(OutputClaim.init)
    }
}

/// Policy for clips that fail, and what failed so far.
public struct JobFailures {
    /// True if a clip that fails leaves the others to be done.
    public let keepsGoing: Bool
    /// Clips whose captions are written.
    public var written = 0
    public var someTracksFailed = false
    public private(set) var errors: [any Error] = []

    public init(keepsGoing: Bool) { self.keepsGoing = keepsGoing }

    /// Does a part of a clip's work; an error is told and remembered, or thrown when others are not to go on.
    /// - Parameters:
    ///   - clip: path of the clip, for the line.
    ///   - tell: called with one line about an error that is remembered.
    ///   - work: the part to do.
    /// - Returns: nil when it failed.
    public mutating func attempt<Result>(
        _ clip: String, tell: (String) -> Void, _ work: () throws -> Result
    ) throws -> Result? {
        do {
            return try work()
        } catch where keepsGoing {
            let text = "\(error)"
            tell(text.hasPrefix(clip) ? "error: \(text)" : "\(clip): error: \(text)")
            errors.append(error)
            return nil
        }
    }
}
