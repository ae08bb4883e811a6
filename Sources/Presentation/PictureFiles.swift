import DAMVideo
import Foundation

/// The files that one clip's rendering and report go to.
public struct PictureFiles: ClipPictures {
    private let render: String?
    private let report: String?

    /// - Parameters:
    ///   - render: the MP4, or a folder for files called like the clips; nil for none.
    ///   - report: the page, or such a folder; nil for none.
    public init(_ request: ClipRequest, render: String?, report: String?) {
        func file(_ path: String, _ type: String) -> String {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return path }
            return CaptionFormat.defaultPath(forClip: request.clip, extension: type, in: path)
        }
        self.render = render.map { file($0, "mp4") }
        self.report = report.map { file($0, "html") }
    }

    public var paths: [String] { [render, report].compactMap(\.self) }

    public func check(_ request: ClipRequest, overwrites: Bool) throws {
        guard !paths.isEmpty else { return }
        try CaptionedClip.checkReadable(again: request.clip)
        for path in paths { try OutputFile.check(path, overwrites: overwrites) }
        if let render { try CaptionedClip.checkRendering(to: render) }
    }

    public func write(_ clip: CaptionedClip, events: (CaptionEvent) throws -> Void) throws {
        if let render { try clip.render(to: render, events: events) }
        if let report { try clip.report(to: report, events: events) }
    }
}
