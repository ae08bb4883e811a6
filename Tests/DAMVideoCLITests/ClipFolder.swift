import Foundation
import Synchronization
import TestSupport

/// A folder with clips a.mp4, b.mp4, ..., a list of them, and their masks: two tracks each, on all frames.
struct ClipFolder {
    let path: String
    var list: String { path + "/list.txt" }
    var masks: String { path + "/masks" }
    func clip(_ index: Int) -> String { "\(path)/\(Self.name(index)).mp4" }

    static func name(_ index: Int) -> String { String(UnicodeScalar(UInt8(97 + index))) }
}

func withClips(_ count: Int, _ body: (ClipFolder) throws -> Void) throws {
    try withTemporaryDirectory { url in
        let folder = ClipFolder(path: url.path), files = FileManager.default
        try files.createDirectory(atPath: folder.masks, withIntermediateDirectories: false)
        let boxes = (0..<60).flatMap { frame in
            ["\(frame + 1),1,\(100 + frame),100,60,80,1", "\(frame + 1),2,\(400 - frame),200,50,90,1"]
        }
        for index in 0..<count {
            try files.createSymbolicLink(atPath: folder.clip(index), withDestinationPath: Courtyard.clip)
            try Data((boxes.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: "\(folder.masks)/\(ClipFolder.name(index)).txt"))
        }
        let list = (0..<count).map { ClipFolder.name($0) + ".mp4\n" }.joined()
        try Data(list.utf8).write(to: URL(filePath: folder.list))
        try body(folder)
    }
}

/// Text of captions without the seconds they took, which differ between runs.
func withoutSeconds(_ text: String) -> String { text.replacing(/"seconds" ?: ?[-+.e0-9]+/) { _ in "\"seconds\":0" } }

/// Contents of a folder's files by name, without seconds.
func contents(of folder: String) throws -> [String: String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try Dictionary(uniqueKeysWithValues: names.map { name in
        (name, withoutSeconds(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)))
    })
}

/// Concurrent runs of the program.
final class ConcurrentRuns: Sendable {
    private let outcomes: Mutex<[Int: Result<CommandRun, any Error>]> = Mutex([:])

    init(_ count: Int, _ run: (Int) throws -> CommandRun) {
        withoutActuallyEscaping(run) { run in
            nonisolated(unsafe) let run = run
            DispatchQueue.concurrentPerform(iterations: count) { index in
                let outcome = Result { try run(index) }
                outcomes.withLock { $0[index] = outcome }
            }
        }
    }

    func results() throws -> [CommandRun] { try outcomes.withLock { try $0.sorted { $0.key < $1.key }.map { try $0.value.get() } } }
}
