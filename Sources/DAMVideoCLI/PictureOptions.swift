import ArgumentParser
import DAMVideo
import Foundation
import Presentation

/// What is written for people to look at, beside the captions.
struct PictureOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Write the clip with outlines, ids and captions burned in: MP4 with H.264, without sound. A folder takes files called like the clips (clip.damvideo.mp4).",
        valueName: "file"))
    var render: String?

    @Option(help: ArgumentHelp(
        "Write a page with each track's caption and the frames and views the model was shown: HTML, one file, no network needed. Or a folder.",
        valueName: "file"))
    var report: String?
}

/// Where one clip's rendering and report go.
struct PictureFiles: Sendable {
    private let render: String?
    private let report: String?

    init(_ request: ClipRequest, _ options: PictureOptions) {
        func file(_ path: String, _ type: String) -> String {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return path }
            return CaptionFormat.defaultPath(forClip: request.clip, extension: type, in: path)
        }
        render = options.render.map { file($0, "mp4") }
        report = options.report.map { file($0, "html") }
    }

    var paths: [String] { [render, report].compactMap(\.self) }

    /// Whether all that is asked for is there already.
    var exist: Bool { paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } }

    /// Checks, before any work is done, that they can be made and written.
    func check(_ request: ClipRequest, overwrites: Bool) throws {
        guard !paths.isEmpty else { return }
        try ClipPlan.checkReadable(again: request.clip)
        for path in paths { try OutputFile.check(path, overwrites: overwrites) }
        if let render { try ClipPlan.checkRendering(to: render) }
    }

    func write(_ document: CaptionDocument, of plan: ClipPlan, progress: (CaptionProgress) throws -> Void) throws {
        if let render { try plan.render(document, to: render, progress: progress) }
        if let report { try plan.report(document, to: report, progress: progress) }
    }

    /// Leaves nothing of one that is being written.
    func discard() {
        for path in paths { OutputFile.discard(path) }
    }
}
