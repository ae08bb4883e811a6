import Foundation
import TestSupport
import Testing

/// If these fail, the commands in Samples/frigate do not do what their README says.
struct FrigateSampleTests {
    private func sample(_ name: String) throws -> String { try String(contentsOfFile: Fixtures.sample("frigate/" + name), encoding: .utf8) }

    /// The commands of the sample's README, which equal those of the article.
    private func commands() throws -> [String] {
        let text = try sample("README.md")
        let block = try #require(text.firstMatch(of: #/```sh\n((?:.+\n)+)```/#)?.1)
        let article = try String(
            contentsOf: Fixtures.root.appending(path: "Sources/DAMVideo/DAMVideo.docc/Frigate.md"), encoding: .utf8)
        #expect(article.contains("```\n\(block)```"))
        return block.split(separator: "\n").map(String.init)
    }

    @Test func sixCommandsDescribeAnEvent() throws {
        let commands = try commands()
        #expect(commands.count == 6)
        // The first two build the program and add it to PATH.
        #expect(FileManager.default.isExecutableFile(atPath: Fixtures.root.appending(path: commands[0]).path))
        #expect(commands[1] == "export PATH=\"$PWD/.build/release:$PATH\"")
        try withTemporaryDirectory { folder in
            let frigate = try FrigateCommandTests.frigate()
            // The past twelve hours.
            frigate.state.withLock { state in
                let shift = Date().timeIntervalSince1970 - 3600 - FrigateCommandTests.zero
                for (id, old) in state.events {
                    var event = old
                    event.start += shift
                    event.end = old.end.map { $0 + shift }
                    event.boxTime = old.boxTime.map { $0 + shift }
                    event.path = old.path?.map { [$0[0], $0[1], $0[2] + shift] }
                    state.events[id] = event
                }
            }
            let hub = try StandInHub("nvidia/DAM-3B-Video", PullCommandTests.files(of: Fixtures.model(.damA)))
            var environment = hub.environment(cache: folder.path + "/hub")
            environment["XDG_STATE_HOME"] = folder.path + "/state"
            environment["PATH"] = "\(CommandRun.executable.deletingLastPathComponent().path):/usr/bin:/bin"
            func run(_ command: String, _ trigger: String? = nil) throws -> CommandRun {
                let here = command.replacing("http://frigate:5000", with: frigate.url)
                return try CommandRun(
                    ["-c", "exec " + here], environment: environment, interruptingAfter: trigger, signal: SIGTERM,
                    executable: URL(filePath: "/bin/sh"))
            }
            #expect(try run(commands[2]).status == 0)
            let once = try run(commands[3] + " --max-new-tokens 4")
            #expect(once.status == 0 && frigate.state.withLock { $0.sent.count } == 2, "\(once.errors)")
            let shown = try run(commands[4])
            let events = try #require(try JSONSerialization.jsonObject(with: shown.output) as? [[String: Any]])
            #expect(events.count == 1 && ((events[0]["data"] as? [String: Any])?["description"] as? String)?.isEmpty == false)
            var car = StandInFrigate.Event(start: Date().timeIntervalSince1970 - 600, end: Date().timeIntervalSince1970 - 594)
            (car.label, car.box, car.boxTime) = ("car", DrawnStreet.Shape.blue.box(at: 2.5), car.start + 2.5)
            frigate.add("car", car, clip: frigate.state.withLock { $0.clips["1.6-blue"] })
            let service = try run(commands[5] + " --max-new-tokens 4", "front car car: described")
            #expect(service.status == 0 && frigate.state.withLock { $0.sent.map(\.id).suffix(1) } == ["car"], "\(service.errors)")
        }
    }

    @Test func serviceUnitCommandRuns() throws {
        let unit = try sample("damvideo-frigate.service")
        let line = try #require(unit.firstMatch(of: #/ExecStart=/usr/local/bin/damvideo (.+)/#)?.1)
        let codes = try #require(unit.firstMatch(of: #/RestartPreventExitStatus=(.+)/#)?.1).split(separator: " ").compactMap { Int32($0) }
        try withTemporaryDirectory { folder in
            let frigate = try FrigateCommandTests.frigate()
            let arguments = line.replacing("http://127.0.0.1:5000", with: frigate.url).replacing("%S", with: folder.path)
                .split(separator: " ").map(String.init)
            let environment = ["DAMVIDEO_MODEL": Fixtures.model(.damA)]
            let run = try CommandRun(
                arguments + ["--max-new-tokens", "4"], environment: environment, interruptingAfter: "-red: described", signal: SIGTERM)
            #expect(run.status == 0, "\(run.errors)")
            #expect(FileManager.default.fileExists(atPath: folder.path + "/damvideo-frigate/events.sqlite"))
            #expect(try codes.contains(CommandRun(arguments, environment: ["DAMVIDEO_MODEL": folder.path]).status))
            frigate.state.withLock { $0.user = ("ann", "x", "y") }
            #expect(try codes.contains(CommandRun(arguments, environment: environment).status))
        }
    }

    /// The sample configuration of Frigate keeps what descriptions need.
    @Test func theConfigurationKeepsRecordings() throws {
        let configuration = try sample("config.yml")
        #expect(configuration.contains("record:\n  enabled: true\n") && configuration.contains("snapshots:\n  enabled: true\n"))
        #expect(!configuration.contains("\t"))
    }
}
