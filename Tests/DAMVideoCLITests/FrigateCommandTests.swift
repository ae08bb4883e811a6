import Foundation
import Imaging
import Media
import Synchronization
import TestSupport
import Testing

/// If these fail, camera events get no description.
struct FrigateCommandTests {
    /// Second 0 of the recording.
    static let zero = 1_700_000_000.0

    /// The drawn street as Frigate would have recorded it.
    private static let clip = Result {
        try withTemporaryDirectory { folder in
            let path = folder.path + "/clip.mp4", size = PictureSize(width: DrawnStreet.width, height: DrawnStreet.height)
            let encoder = try VideoEncoder(path: path, size: size, frameRate: DrawnStreet.rate)
            for time in DrawnStreet.times() {
                let pixels = DrawnStreet.picture(at: time)
                try encoder.add(RGBImage(width: size.width, height: size.height, pixels: pixels), time: time)
            }
            try encoder.finish()
            return try Data(contentsOf: URL(filePath: path))
        }
    }

    static func frigate() throws -> StandInFrigate {
        let frigate = try StandInFrigate()
        for (id, shape) in [("1.5-red", DrawnStreet.Shape.red), ("1.6-blue", .blue)] {
            var event = StandInFrigate.Event(start: zero, end: zero + DrawnStreet.length)
            (event.box, event.boxTime, event.path) = (shape.box(at: 2.5), zero + 2.5, shape.path(from: zero))
            frigate.add(id, event, clip: try clip.get())
        }
        return frigate
    }

    private func arguments(
        _ frigate: StandInFrigate, _ folder: URL, _ more: [String] = [], model: String = Fixtures.model(.damA), tokens: Int = 4
    ) -> [String] {
        [
            "frigate", "--url", frigate.url, "--state", folder.path + "/events.sqlite", "--model", model, "--temperature", "0",
            "--max-new-tokens", "\(tokens)",
        ] + more
    }

    @Test func everyEventsOwnObjectIsDescribedOnce() throws {
        try withTemporaryDirectory { folder in
            let frigate = try Self.frigate()
            let model = Fixtures.sample("model")
            let run = try CommandRun(arguments(frigate, folder, ["--once", "--json"], model: model, tokens: 20))
            #expect(run.status == 0, "\(run.errors)")
            let sent = Dictionary(uniqueKeysWithValues: frigate.state.withLock { $0.sent.map { ($0.id, $0.text) } })
            // The sample model knows colours and directions.
            let red = try #require(sent["1.5-red"]), blue = try #require(sent["1.6-blue"])
            #expect(sent.count == 2 && red.contains(" red ") && red.contains("right") && blue.contains(" blue ") && blue.contains("left"))
            let lines = try run.text.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
            }
            #expect(lines.count == 2 && lines.allSatisfy { $0["outcome"] == "described" && $0["description"] == sent[$0["event"] ?? ""] })
            #expect(run.lines.last == "damvideo: events: 2 described, 0 left out, 0 that cannot be described")
            #expect(run.lines.contains { $0.hasPrefix("damvideo: front person 1.5-red: described in ") })
            let again = try CommandRun(arguments(frigate, folder, ["--once"]))
            #expect(again.status == 0 && again.text.isEmpty && frigate.state.withLock { $0.sent.count } == 2, "\(again.errors)")
        }
    }

    @Test func samIsPromptedWithTheBox() throws {
        try withTemporaryDirectory { folder in
            let frigate = try Self.frigate()
            let sam = ["--once", "--json", "--sam", Fixtures.path("sam/video-a"), "--window", "1"]
            let run = try CommandRun(arguments(frigate, folder, sam))
            // A model with random weights may or may not find something; the outcome of both events is reported.
            #expect([0, 3].contains(run.status) && run.text.split(separator: "\n").count == 2, "\(run.errors)")
        }
    }

    @Test func aStoppedServiceResumes() throws {
        try withTemporaryDirectory { folder in
            let frigate = try Self.frigate()
            let run = try CommandRun(arguments(frigate, folder), interruptingAfter: "-blue: described", signal: SIGTERM)
            #expect(run.status == 0 && run.lines.last == "damvideo: interrupted; what is done is kept", "\(run.errors)")
            let once = try CommandRun(arguments(frigate, folder, ["--once"]))
            #expect(once.status == 0, "\(once.errors)")
            #expect(Set(frigate.state.withLock { $0.sent.map(\.id) }).count == 2 && frigate.state.withLock { $0.sent.count } == 2)
        }
        try withTemporaryDirectory { folder in
            // Killed while working: the next run does the rest.
            let frigate = try Self.frigate()
            let run = try CommandRun(arguments(frigate, folder, ["--once"]), interruptingAfter: "fetching its clip", signal: SIGKILL)
            #expect(run.status == -SIGKILL)
            #expect(try CommandRun(arguments(frigate, folder, ["--once"])).status == 0)
            #expect(Set(frigate.state.withLock { $0.sent.map(\.id) }).count == 2 && frigate.state.withLock { $0.sent.count } == 2)
        }
    }

    @Test func loginsAreCheckedAndPasswordsNotShown() throws {
        try withTemporaryDirectory { folder in
            let frigate = try Self.frigate(), file = folder.appending(path: "password")
            frigate.state.withLock { $0.user = ("ann", "top secret", "jwt.abc") }
            let user = ["--once", "--labels", "person", "--user", "ann", "--password-file", file.path]
            try Data("top secret\n".utf8).write(to: file)
            let run = try CommandRun(arguments(frigate, folder, user))
            #expect(run.status == 0 && frigate.state.withLock { $0.sent.count } == 2, "\(run.errors)")
            #expect(!run.errors.contains("secret") && !run.errors.contains("jwt"))
            try Data("old secret\n".utf8).write(to: file)
            let wrong = try CommandRun(arguments(frigate, folder, user))
            #expect(wrong.status == 66 && !wrong.errors.contains("secret"))
            let words = "login: found HTTP 401 from Frigate for the user ann, expected its name and password"
            #expect(wrong.lines.last == "damvideo: error: " + words)
            #expect(try CommandRun(arguments(frigate, folder, ["--once"])).status == 66)
        }
    }

    @Test func refusesInvalidArguments() throws {
        try withTemporaryDirectory { folder in
            let url = ["frigate", "--model", Fixtures.model(.damA), "--state", folder.path + "/events.sqlite", "--url"]
            for (arguments, status) in [
                (url + ["frigate:5000"], 64), (url + ["http://a:b@frigate"], 64), (["frigate"], 64),
                (url + ["http://f", "--user", "ann"], 64),
                (url + ["http://f", "--gap", "-1"], 64), (url + ["http://f", "--since", "yesterday"], 64),
                (url + ["http://f", "--user", "ann", "--password-file", "/nowhere"], 66),
            ] as [([String], Int32)] {
                let run = try CommandRun(arguments)
                #expect(run.status == status && run.lines.count == 1, "\(arguments): \(run.errors)")
                #expect(!run.errors.contains("a:b"))
            }
        }
    }
}
