import DAMVideo
import Foundation
import TestSupport
import Testing

/// If these fail, a service manager cannot start, query or stop the server, or it admits strangers.
struct ServeCommandTests {
    /// A running server, and its log.
    private final class Running: Sendable {
        private let process: Process
        let port: Int
        let log: String

        init(_ arguments: [String], environment: [String: String] = [:]) async throws {
            let process = Process(), pipe = Pipe()
            process.executableURL = CommandRun.executable
            let library = environment["XDG_DATA_HOME"] == nil ? ["--no-library"] : []
            process.arguments = ["serve", "--model", Fixtures.sample("model")] + arguments + library
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardError = pipe
            process.standardInput = FileHandle.nullDevice
            try CommandRun.start(process)
            self.process = process
            let text = await Self.log(pipe.fileHandleForReading)
            log = text
            port = try #require(text.firstMatch(of: /listening at http:\/\/[^\n]*:(\d+)/).flatMap { Int($0.1) }, "\(text)")
        }

        /// The log, until the model is loaded or the server has ended.
        private static func log(_ pipe: FileHandle) async -> String {
            await withCheckedContinuation { continuation in
                Thread {
                    var text = ""
                    while !text.contains("ready:") {
                        let part = pipe.availableData
                        if part.isEmpty { break }
                        text += String(decoding: part, as: UTF8.self)
                    }
                    continuation.resume(returning: text)
                }.start()
            }
        }

        /// Stops it as a service manager does.
        func stop() -> Int32 {
            process.terminate()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    private func get(_ port: Int, _ path: String, key: String? = nil) throws -> (status: Int, text: String) {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let headers = key.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        process.arguments = ["curl", "-s", "-w", "\n%{http_code}"] + headers + ["http://127.0.0.1:\(port)\(path)"]
        process.standardOutput = pipe
        try process.run()
        let lines = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
        process.waitUntilExit()
        return (lines.last.flatMap { Int($0) } ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    @Test func aSignalStopsItGracefully() async throws {
        let server = try await Running(["--port", "0"])
        #expect(try get(server.port, "/health").status == 200)
        #expect(try get(server.port, "/v1/models").text.contains("\"id\":\"model\""))
        #expect(server.stop() == 0)
    }

    @Test func optionsMayComeFromTheEnvironment() async throws {
        let server = try await Running(
            [], environment: ["DAMVIDEO_PORT": "0", "DAMVIDEO_API_KEY": "geheim", "DAMVIDEO_MODEL_NAME": "org/name"])
        #expect(try get(server.port, "/v1/models").status == 401)
        let models = try get(server.port, "/v1/models", key: "geheim")
        #expect(models.status == 200 && models.text.contains("\"id\":\"org/name\""))
        #expect(server.stop() == 0)
    }

    @Test func clipsAreKeptInTheUsersOwnFolder() async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "data-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: home) }
        let first = try await Running(["--port", "0"], environment: ["XDG_DATA_HOME": home.path])
        #expect(try get(first.port, "/api/status").status == 200)
        #expect(FileManager.default.fileExists(atPath: home.path + "/damvideo/library/library.sqlite"))
        #expect(first.log.contains("clips are kept in \(home.path)/damvideo/library"))
        // A second server runs without a library.
        let second = try await Running(["--port", "0"], environment: ["XDG_DATA_HOME": home.path])
        #expect(second.log.contains("no clips are kept") && second.log.contains("another server"), "\(second.log)")
        #expect(try get(second.port, "/api/status").status == 404)
        #expect(try get(second.port, "/v1/models").status == 200)
        #expect(first.stop() == 0 && second.stop() == 0)
    }

    @Test(arguments: [
        ["--upstream", "nowhere"], ["--upstream-key", "k"], ["--reply-within", "-1"], ["--no-library", "--library", "/tmp/x"],
        ["--host", "0.0.0.0"], ["--port", "70000"], ["--queue", "0"], ["--log-level", "loud"], ["--grace", "-1"], ["--api-key", ""],
    ])
    func refusesInvalidOptions(_ arguments: [String]) throws {
        let run = try CommandRun(["serve", "--model", Fixtures.sample("model")] + arguments)
        #expect(run.status == 64, "\(run.errors)")
        let variables = try CommandRun(["serve", "--model", Fixtures.sample("model")], environment: ["DAMVIDEO_PORT": "many"])
        #expect(variables.status == 64 && variables.errors.contains("DAMVIDEO_PORT"), "\(variables.errors)")
    }

    @Test func aMissingModelEndsIt() throws {
        let run = try CommandRun(["serve", "--port", "0", "--model", "/nowhere"])
        #expect(run.status == 69 && run.errors.contains("/nowhere"), "\(run.errors)")
    }

    @Test func examplesDescribeAsTheCommandDoes() async throws {
        let picture = Fixtures.path("goldens/dam-a/media/astronaut.png"), server = try await Running(["--port", "0"])
        defer { _ = server.stop() }
        func example(_ name: String, _ arguments: [String]) throws -> String {
            let process = Process(), pipe = Pipe()
            process.executableURL = URL(filePath: Fixtures.sample("server/\(name)"))
            process.arguments = [picture] + arguments
            process.environment = ProcessInfo.processInfo.environment.merging(["DAMVIDEO_URL": "http://127.0.0.1:\(server.port)"]) { $1 }
            process.standardOutput = pipe
            try CommandRun.start(process)
            defer { process.waitUntilExit() }
            return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        let python = try example("describe.py", ["--box", "100,100,200,150"])
        let curl = try JSONSerialization.jsonObject(with: Data(example("describe.sh", ["100,100,200,150"]).utf8)) as? [String: Any]
        let choice = (curl?["choices"] as? [[String: Any]])?.first?["message"] as? [String: Any]
        #expect(python.count > 1 && choice?["content"] as? String == String(python.dropLast()))
    }
}
