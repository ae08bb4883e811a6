import DAMVideo
import Files
import Imaging
import Media

/// The files that one clip's rendering and report go to.
public struct PictureFiles: ClipPictures {
    private let render: String?
    private let report: String?
    private let overwrites: Bool

    /// - Parameters:
    ///   - render: the MP4, or a folder for files called like the clips; nil for none.
    ///   - report: the page, or such a folder; nil for none.
    ///   - overwrites: replaces files that are there.
    public init(_ request: ClipRequest, render: String?, report: String?, overwrites: Bool = false) {
        func file(_ path: String, _ type: String) -> String {
            guard FileStatus(path)?.isFolder == true else { return path }
            return CaptionFormat.defaultPath(forClip: request.clip, extension: type, in: path)
        }
        self.render = render.map { file($0, "mp4") }
        self.report = report.map { file($0, "html") }
        self.overwrites = overwrites
    }

    public var paths: [String] { [render, report].compactMap(\.self) }

    public func check(_ request: ClipRequest, resumes: Bool) throws {
        guard !paths.isEmpty else { return }
        guard !paths.contains("-") else {
            throw InputError(.usage, "found - as the place of pictures, expected a file: stdout takes captions only")
        }
        try CaptionedClip.checkReadable(again: request.clip)
        for path in paths { try OutputFile.check(path, overwrites: mayReplace(path, resumes: resumes)) }
        if let render { try CaptionedClip.checkRendering(to: render) }
    }

    public func isOwn(_ path: String) -> Bool {
        switch path {
        case render: ClipRenderer.isRendering(path)
        case report: ClipReport.isReport(path)
        default: false
        }
    }

    private func mayReplace(_ path: String, resumes: Bool) -> Bool { overwrites || resumes && isOwn(path) }

    public func write(_ clip: CaptionedClip, resumes: Bool, events: (CaptionEvent) throws -> Void) throws {
        if let render { try clip.render(to: render, replaces: mayReplace(render, resumes: resumes), events: events) }
        if let report { try clip.report(to: report, replaces: mayReplace(report, resumes: resumes), events: events) }
    }
}
