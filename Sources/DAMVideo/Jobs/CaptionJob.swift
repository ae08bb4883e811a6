import Files
import Imaging
import Media

/// A clip and the destination of its captions.
public struct CaptionJob: Sendable {
    public let request: ClipRequest
    /// The clip's bytes, with the request's path as their name; nil to read the path.
    public var file: ClipFile?
    public let output: CaptionOutput
    /// Additional output files; nil for none.
    public let sideFiles: (any ClipSideFiles)?
    /// An earlier run to continue.
    public private(set) var earlier: ResumedRun?
    /// True for `--resume`: an earlier run is continued if there is one.
    public private(set) var resumes = false

    init(request: ClipRequest, output: CaptionOutput, sideFiles: (any ClipSideFiles)?) {
        (self.request, self.output, self.sideFiles) = (request, output, sideFiles)
    }

    /// Paths of all output files.
    var paths: [String] { output.files.map(\.path).filter { $0 != "-" } + (sideFiles?.paths ?? []) }

    /// True if an earlier run wrote the file at this output path.
    func isOwn(_ path: String) -> Bool { output.isOwn(path) || sideFiles?.isOwn(path) ?? false }

    /// The same job, continuing the earlier run at its output path if there is one.
    /// - Throws: `InputError`: as `CaptionOutput.earlierRun`.
    public func resumed() throws -> CaptionJob {
        var job = self
        (job.resumes, job.earlier) = (true, try output.earlierRun())
        return job
    }

    /// Checks, before any work is done, that all outputs can be written.
    /// - Throws: `InputError`.
    public func check() throws {
        try output.check()
        try sideFiles?.check(request, resumes: resumes)
    }

    /// Exclusive claims on all output files.
    /// - Throws: `InputError` of category `outputExists` if another run holds one.
    func claims() throws -> [OutputClaim] {
        try paths.map(OutputClaim.init)
    }
}

/// Policy for clips that fail, and the failures so far.
public struct JobFailures {
    /// True if other clips are still processed after one fails.
    public let keepsGoing: Bool
    /// Number of clips whose captions were written.
    public var written = 0
    public var someTracksFailed = false
    public private(set) var errors: [any Error] = []

    public init(keepsGoing: Bool) { self.keepsGoing = keepsGoing }

    /// Runs a step of a clip. An error is reported and recorded, or thrown if a failure ends the run.
    /// - Parameters:
    ///   - clip: path of the clip, for the message.
    ///   - tell: called with one line about a recorded error.
    ///   - work: the step.
    /// - Returns: nil if it failed.
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
