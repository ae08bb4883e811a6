import Imaging
import Synchronization

/// A clip and where its captions go.
public struct CaptionJob: Sendable {
    public let request: ClipRequest
    public let output: CaptionOutput
    public let pictures: (any ClipPictures)?
    /// An earlier run that this one goes on with.
    public var earlier: ResumedRun?

    /// Checks, before any work is done, that everything can be written.
    /// - Throws: `InputError`.
    public func check(overwrites: Bool) throws {
        try output.check(overwrites: overwrites)
        try pictures?.check(request, overwrites: overwrites)
    }

    /// Ends the job before its time: finished tracks are written, pictures are not.
    /// - Returns: the number of finished tracks; nil when there was nothing to write.
    /// - Throws: `InputError` when the captions cannot be written.
    func interrupt() throws -> Int? {
        pictures?.discard()
        return try output.interrupt()
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
    /// - Parameter tell: called with one line about an error that is remembered.
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
