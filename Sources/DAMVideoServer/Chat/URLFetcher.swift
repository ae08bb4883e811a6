import Foundation

/// Fetches images from the public internet with `curl`. Each address, including those of redirects, is resolved and checked
/// first, and curl is told the resolved address, so that a second DNS lookup cannot change it.
struct URLFetcher: Sendable {
    var sizeLimit = 64 << 20
    /// Time limit per request; each redirect is another one.
    var timeLimit: Duration = .seconds(20)
    /// Decides which addresses may be fetched; replaced in tests.
    var isAllowed: @Sendable (HostAddress) -> Bool = { $0.isPublic }
    private let program: String

    private static let mostRedirects = 3
    private static let work = BlockingWork("server-fetch", width: 4)

    /// - Returns: nil if there is no curl in `path`.
    init?(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") {
        guard let program = CurlProgram.find(in: path) else { return nil }
        self.program = program
    }

    /// - Throws: `APIError` 403 for an address that is not public, 400 if nothing can be fetched, 413 for too large a response.
    func fetch(_ url: URL) async throws -> Data {
        try await Self.work.run {
            var url = url
            for _ in 0...Self.mostRedirects {
                try WorkGate.current?.check()
                switch try ask(url) {
                case .data(let data): return data
                case .redirect(let next): url = next
                }
            }
            throw Self.failure("more than \(Self.mostRedirects) redirects", "a picture")
        }
    }

    private enum Answer {
        case data(Data)
        case redirect(URL)
    }

    private static func failure(_ found: String, _ expected: String) -> APIError {
        APIError(400, "the address: found \(found), expected \(expected)", code: "fetch_failed")
    }

    private func ask(_ url: URL) throws -> Answer {
        guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme), let host = url.host(), url.user() == nil else {
            throw Self.failure("another kind of URL", "http or https, without a user")
        }
        let name = host.trimmingCharacters(in: ["[", "]"]), addresses = HostAddress.resolve(name)
        guard let address = addresses.first else { throw Self.failure("a name that does not resolve", "a host") }
        guard addresses.allSatisfy(isAllowed) else {
            throw APIError(403, "the address: found one that is not public, expected one of the public internet", code: "address_refused")
        }
        let port = url.port ?? (scheme == "https" ? 443 : 80), text = address.bytes.count == 4 ? address.text : "[\(address.text)]"
        // Passed on stdin, because other users of the machine can see arguments.
        let configuration = try [
            "url = \(quoted(url.absoluteString))", "resolve = \(quoted("\(name):\(port):\(text)"))", "proto = \"=http,https\"",
            "noproxy = \"*\"", "max-filesize = \(sizeLimit)", "max-time = \(timeLimit / .seconds(1))", "user-agent = \"damvideo\"",
            "silent", "globoff", "write-out = \"%{stderr}%{http_code} %{redirect_url}\"",
        ].joined(separator: "\n")
        let (data, note) = try run(configuration)
        let words = note.split(separator: " ", maxSplits: 1), status = words.first.flatMap { Int($0) } ?? 0
        if (300..<400).contains(status), words.count > 1, let next = URL(string: String(words[1])) { return .redirect(next) }
        guard status == 200, !data.isEmpty else {
            throw Self.failure(status == 0 ? "no answer" : "status \(status)", "200 with a picture")
        }
        return .data(data)
    }

    private func quoted(_ text: String) throws -> String {
        guard let quoted = CurlProgram.quoted(text) else { throw Self.failure("a control character", "none") }
        return quoted
    }

    /// - Returns: the body, and curl's report.
    private func run(_ configuration: String) throws -> (Data, String) {
        let process = Process(), input = Pipe(), output = Pipe(), note = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = ["--disable", "--config", "-"]
        process.environment = ["PATH": "/usr/bin:/bin"]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, note)
        do { try process.run() } catch { throw APIError(500, "curl cannot be started") }
        try? input.fileHandleForWriting.write(contentsOf: Data(configuration.utf8))
        try? input.fileHandleForWriting.close()
        var data = Data()
        while let part = try? output.fileHandleForReading.read(upToCount: 1 << 16), !part.isEmpty {
            data += part
            // The response had not announced its length.
            if data.count > sizeLimit {
                process.terminate()
                process.waitUntilExit()
                throw APIError.tooLarge(limit: sizeLimit)
            }
        }
        let text = String(decoding: (try? note.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        // 63 is curl's exit code for a response above max-filesize.
        if process.terminationStatus == 63 { throw APIError.tooLarge(limit: sizeLimit) }
        return (process.terminationStatus == 0 ? data : Data(), text)
    }
}
