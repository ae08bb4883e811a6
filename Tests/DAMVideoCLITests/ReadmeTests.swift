import Foundation
import TestSupport
import Testing

/// If these fail, a command of the README does not do what the README says, when run in order.
@Suite("Commands of the README") struct ReadmeTests {
    /// Small files with the names used in the README's commands.
    private static let stages: [(name: String, original: String)] = [
        ("Samples", Fixtures.root.appending(path: "Samples").path), ("clip.mp4", Courtyard.clip), ("masks", Courtyard.masks),
        ("DAM-3B-Video", Fixtures.sample("model")),
        ("photo.jpg", Fixtures.golden(.damA, "media/astronaut.png")),
        ("photo-mask.png", Fixtures.golden(.damA, "media/astronaut_face.png")),
        ("sam2.1-tiny", Fixtures.path("sam/video-a")), ("yolox_nano.onnx", Fixtures.path("detectors/yolov8.onnx")),
    ]

    /// Lines of the README's shell blocks.
    private static func commands() throws -> [String] {
        let text = try String(contentsOf: Fixtures.root.appending(path: "README.md"), encoding: .utf8)
        var commands: [String] = [], isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                isInside = line == "```sh"
            } else if isInside {
                commands.append(line)
            }
        }
        return commands
    }

    /// Captions that the README quotes.
    private static func captions() throws -> [String] {
        let text = try String(contentsOf: Fixtures.root.appending(path: "README.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("> ") }.map { line in
            String(line.dropFirst(2).replacing("\\", with: ""))
        }
    }

    @Test func everyCommandRunsAsWritten() throws {
        let commands = try Self.commands()
        #expect(commands.count >= 10)
        try withTemporaryDirectory { folder in
            for stage in Self.stages {
                try FileManager.default.createSymbolicLink(
                    at: folder.appending(path: stage.name), withDestinationURL: URL(filePath: stage.original))
            }
            let rows = (1...20).map { "\($0),-1,\(300 - 4 * $0),200,40,100,0.9,-1,-1,-1\n" }.joined()
            try Data(rows.utf8).write(to: folder.appending(path: "det.txt"))
            for command in commands {
                let run = try CommandRun(
                    ["-c", "cd \"$0\" && exec \(command)", folder.path],
                    environment: ["PATH": "\(CommandRun.executable.deletingLastPathComponent().path):/usr/bin:/bin"],
                    executable: URL(filePath: "/bin/sh"))
                #expect(run.status == 0, "\(command)\n\(run.errors)")
            }
            let document = try String(contentsOf: folder.appending(path: "scene.json"), encoding: .utf8), quoted = try Self.captions()
            #expect(quoted.count == 4)
            for caption in quoted { #expect(document.contains("\"\(caption)\""), "\(caption)") }
        }
    }

    /// The README is an introduction: longer texts are articles.
    @Test func staysShort() throws {
        let text = try String(contentsOf: Fixtures.root.appending(path: "README.md"), encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 251)
    }

    /// Links to files of the repository are valid, in the README and in the articles.
    @Test func linksAreValid() throws {
        let articles = Fixtures.root.appending(path: "Sources/DAMVideo/DAMVideo.docc")
        let names = try FileManager.default.contentsOfDirectory(atPath: articles.path).filter { $0.hasSuffix(".md") }
        let files = ["README.md", "CONTRIBUTING.md", "Samples/README.md"].map { Fixtures.root.appending(path: $0) }
            + names.map { articles.appending(path: $0) }
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for link in text.matches(of: /\]\(([^)#:]+)(?:#[^)]*)?\)/).map(\.output.1) {
                let target = file.deletingLastPathComponent().appending(path: String(link)).standardized
                #expect(FileManager.default.fileExists(atPath: target.path), "\(file.lastPathComponent): \(link)")
            }
        }
    }
}
