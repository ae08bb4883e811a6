import Evaluation
import Foundation
import TestSupport

extension DLCSample {
    static func files(_ folder: URL) -> DLCJudgement.Files {
        var files = DLCJudgement.Files()
        (files.folder, files.outputs) = (folder.path, folder.appending(path: "captions.json").path)
        return files
    }

    static func endpoint(_ server: StubServer, model: String = "stub", timeout: Double = 20) throws -> ChatEndpoint {
        try ChatEndpoint(base: server.base, model: model, key: nil, timeout: timeout, connections: 8)
    }

    static var settings: ChatRun.Settings {
        var settings = ChatRun.Settings()
        settings.pause = 0.01
        return settings
    }

    /// Asks a server all open questions; returns the cache's bytes.
    @discardableResult
    static func judged(
        _ folder: URL, _ server: StubServer, _ settings: ChatRun.Settings = settings, model: String = "stub",
        timeout: Double = 20, progress: (ChatRun.Progress) throws -> Void = { _ in }
    ) throws -> Data {
        var judgement = try DLCJudgement(files(folder), mayBeNew: true)
        try judgement.ask(endpoint(server, model: model, timeout: timeout), settings: settings, overwrites: false, progress: progress)
        return try Data(contentsOf: folder.appending(path: "captions_eval.json"))
    }
}
