import ArgumentParser
import DAMVideo
import Files
import Foundation
import Frigate
import Imaging

/// Address of a Frigate server, and the login.
struct FrigateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address of Frigate: its port 5000, or 8971 with --user.", valueName: "http://host:5000"))
    var url: String

    @Option(help: "User with the role admin, for the port with authentication.")
    var user: String?

    @Option(help: ArgumentHelp("File with the user's password in its first line.", valueName: "file"), completion: .file())
    var passwordFile: String?

    func validate() throws {
        guard (user == nil) == (passwordFile == nil) else { throw ValidationError("--user and --password-file go together.") }
    }

    /// - Throws: `InputError`, which never contains the password.
    func address() throws -> FrigateAddress { try FrigateAddress(url, user: login()) }

    private func login() throws -> FrigateAddress.User? {
        guard let user, let passwordFile else { return nil }
        guard let data = fileContents(passwordFile) else {
            throw InputError(.notFound, passwordFile, found: "no readable file", expected: "the password of \(user)")
        }
        let line = String(decoding: data, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first ?? ""
        guard !line.isEmpty else { throw InputError(.invalid, passwordFile, found: "an empty first line", expected: "a password") }
        return FrigateAddress.User(name: user, password: String(line))
    }
}

/// Options for fetching and reading an event's clip.
struct FrigateClipOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp(
        "Use this much of a clip, around the time of the event's box.", valueName: "seconds"))
    var window = 60.0

    @Option(help: ArgumentHelp(
        "If a clip is longer or shorter than its event, align its start, or its end, with the event's. Default: decided by what moves "
            + "in the event's box.", valueName: "start|end"))
    var clipAlign: ClipAlignment?

    @Option(parsing: .unconditional, help: ArgumentHelp("Maximum size of a clip.", valueName: "MB"))
    var maxClip = 512

    @Option(parsing: .unconditional, help: ArgumentHelp("Timeout for a response from Frigate.", valueName: "seconds"))
    var timeout = 60.0

    func validate() throws {
        guard (1...86400).contains(window) else { throw ValidationError("--window \(window): expected 1 to 86400 seconds") }
        guard (1...1_000_000).contains(maxClip) else { throw ValidationError("--max-clip \(maxClip): expected 1 to 1000000") }
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout \(timeout): expected 1 to 3600 seconds") }
    }

    func settings(_ captions: CaptionOptions, frames: Int?) throws -> EventDescriber.Settings {
        if let frames, !(1...4096).contains(frames) { throw InputError(.usage, "frames \(frames): expected 1 to 4096") }
        var settings = EventDescriber.Settings()
        (settings.captions, settings.frames, settings.window, settings.alignment) = (captions, frames, window, clipAlign)
        return settings
    }
}

extension ClipAlignment: ExpressibleByArgument {}

/// Comma-separated names.
struct NameList: ExpressibleByArgument {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
    }
}

/// A time: a date, seconds since 1970, or minutes, hours or days before now.
struct TimeBack {
    static let forms = "a time such as 2026-11-30T08:00:00Z, or 90m, 12h or 7d before now"

    /// Seconds since 1970.
    let time: Double

    init?(_ text: String) {
        let units = ["s": 1.0, "m": 60, "h": 3600, "d": 86400]
        if let unit = text.last.flatMap({ units[String($0)] }), let number = Double(text.dropLast()), (0...1e6).contains(number) {
            time = Date().timeIntervalSince1970 - number * unit
        } else if let seconds = Double(text), (1e8...1e11).contains(seconds) {
            time = seconds
        } else if let date = try? Date(text, strategy: .iso8601) {
            time = date.timeIntervalSince1970
        } else {
            return nil
        }
    }
}
