import DAMVideo
import Media
import OutputFiles

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

    public func check(_ request: ClipRequest, keeps: Bool) throws {
        guard !paths.isEmpty else { return }
        try CaptionedClip.checkReadable(again: request.clip)
        for path in paths where !keeps || isMissing(path) { try OutputFile.check(path, overwrites: overwrites) }
        if let render { try CaptionedClip.checkRendering(to: render) }
    }

    private func isMissing(_ path: String) -> Bool { FileStatus(path) == nil }

    public func write(_ clip: CaptionedClip, keeps: Bool, events: (CaptionEvent) throws -> Void) throws {
        if let render, !keeps || isMissing(render) { try clip.render(to: render, replaces: overwrites, events: events) }
        if let report, !keeps || isMissing(report) { try clip.report(to: report, replaces: overwrites, events: events) }
    }
}
