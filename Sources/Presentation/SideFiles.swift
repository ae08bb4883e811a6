import DAMVideo
import Files
import Imaging
import Media

/// Destination files for one clip's rendering, report and detection outcomes.
public struct SideFiles: ClipSideFiles {
    private let render: String?
    private let report: String?
    private let detections: String?
    private let overwrites: Bool

    /// - Parameters:
    ///   - render: the MP4, or a folder for files named like the clips; nil for none.
    ///   - report: the report, or such a folder; nil for none.
    ///   - detections: JSON Lines with the outcome of each detection, or such a folder; nil for none.
    ///   - overwrites: true to replace existing files.
    public init(
        _ request: ClipRequest, render: String? = nil, report: String? = nil, detections: String? = nil, overwrites: Bool = false
    ) {
        func file(_ path: String, _ type: String) -> String {
            guard FileStatus(path)?.isFolder == true else { return path }
            return CaptionFormat.defaultPath(forClip: request.clip, extension: type, in: path)
        }
        self.render = render.map { file($0, "mp4") }
        self.report = report.map { file($0, "html") }
        self.detections = detections.map { file($0, "detections.jsonl") }
        self.overwrites = overwrites
    }

    public var paths: [String] { [render, report, detections].compactMap(\.self) }

    public func check(_ request: ClipRequest, resumes: Bool) throws {
        guard !paths.contains("-") else {
            throw InputError(.usage, "found - for a rendering, report or list, expected a file: stdout is for captions only")
        }
        if render != nil || report != nil { try CaptionedClip.checkReadable(again: request.clip) }
        for path in paths { try OutputFile.check(path, overwrites: mayReplace(path, resumes: resumes)) }
        if let render { try CaptionedClip.checkRendering(to: render) }
    }

    public func isOwn(_ path: String) -> Bool {
        switch path {
        case render: ClipRenderer.isRendering(path)
        case report: ClipReport.isReport(path)
        case detections: CaptionedClip.isListOfFates(path)
        default: false
        }
    }

    private func mayReplace(_ path: String, resumes: Bool) -> Bool { overwrites || resumes && isOwn(path) }

    public func write(_ clip: CaptionedClip, resumes: Bool, events: (CaptionEvent) throws -> Void) throws {
        if let detections { try clip.writeFates(to: detections, replaces: mayReplace(detections, resumes: resumes)) }
        if let render { try clip.render(to: render, replaces: mayReplace(render, resumes: resumes), events: events) }
        if let report { try clip.report(to: report, replaces: mayReplace(report, resumes: resumes), events: events) }
    }
}
