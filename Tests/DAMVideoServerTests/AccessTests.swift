import Foundation
import Testing

@testable import DAMVideoServer

/// If these fail, a web page elsewhere can control a visitor's server, or strangers can.
@Suite("Access to a server")
struct AccessTests {
    private func status(_ rules: AccessRules, _ headers: [String: String], at path: [String] = ["v1", "models"]) -> Int {
        do {
            try rules.check(ServerRequest(method: "GET", path: path, headers: ["host": "localhost:8080"].merging(headers) { $1 }))
            return 200
        } catch {
            return APIError(error).status
        }
    }

    @Test("Host names that other sites cannot use are accepted", arguments: [
        ("localhost:8080", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("192.168.1.7:80", 200), ("damvideo:8080", 200),
        ("box.local", 200), ("captions.example.org:8080", 200), ("evil.example.com", 403), ("127.0.0.1.evil.com", 403), ("", 400),
        ("localhost.evil.com:8080", 403), ("LOCALHOST", 200),
    ])
    func hosts(_ host: String, _ expected: Int) {
        #expect(status(AccessRules(key: nil, hosts: ["captions.example.org"]), ["host": host]) == expected)
    }

    @Test("Pages of other sites are refused unless listed", arguments: [
        ("http://localhost:8080", 200), ("https://page.example", 200), ("https://evil.example", 403), ("null", 403),
        ("http://localhost:9999", 403),
    ])
    func origins(_ origin: String, _ expected: Int) {
        let rules = AccessRules(key: nil, origins: ["https://page.example"])
        #expect(status(rules, ["origin": origin]) == expected)
        #expect(rules.headers(for: origin)["access-control-allow-origin"] == (origin == "https://page.example" ? origin : nil))
    }

    @Test("Pages of other sites cannot embed the server's pictures")
    func embedded() {
        let rules = AccessRules(key: nil)
        #expect(status(rules, ["sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"]) == 403)
        #expect(status(rules, ["sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"]) == 200)
        #expect(status(rules, ["sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"]) == 200)
    }

    @Test("A key is required where one is set", arguments: [
        ("Bearer geheim", 200), ("bearer geheim", 200), ("Bearer  geheim ", 200), ("Bearer geheimer", 401), ("Bearer gehei", 401),
        ("Basic geheim", 401), ("geheim", 401), ("", 401), ("Bearer ", 401),
    ])
    func keys(_ header: String, _ expected: Int) {
        let rules = AccessRules(key: "geheim")
        #expect(status(rules, ["authorization": header]) == expected)
        #expect(status(rules, ["authorization": header], at: ["health"]) == 200)
        #expect(status(rules, [:], at: ["page", "app.js"]) == 200)
        #expect(status(rules, ["cookie": "a=b; damvideo-key=geheim"], at: ["api", "clips"]) == 200)
    }

    @Test("Preflight requests succeed for listed origins only")
    func preflight() {
        let rules = AccessRules(key: "k", origins: ["https://page.example"])
        func answer(_ origin: String) -> ServerResponse? {
            rules.preflight(ServerRequest(method: "OPTIONS", path: ["v1"], headers: ["origin": origin]))
        }
        #expect(answer("https://page.example")?.status == 204 && answer("https://other.example") == nil)
    }

    @Test("Other machines need a key, or an explicit option")
    func settings() throws {
        var settings = ServerSettings()
        try settings.check()
        settings.host = "0.0.0.0"
        #expect(throws: (any Error).self) { try settings.check() }
        settings.allowsEverybody = true
        try settings.check()
        (settings.allowsEverybody, settings.key) = (false, "k")
        try settings.check()
        settings.key = ""
        #expect(throws: (any Error).self) { try settings.check() }
    }

    @Test("Request targets are parsed", arguments: [
        ("/v1/models?a=1", ["v1", "models"]), ("/a%2Fb/c", ["a/b", "c"]), ("http://host:80/x", ["x"]), ("//x//y/", ["x", "y"]), ("/", []),
    ])
    func targets(_ text: String, _ path: [String]) throws {
        #expect(try ServerRequest.target(text).path == path)
    }

    @Test("Invalid request targets are refused",
        arguments: ["", "x", "*", "/a/../b", "/%2e%2e/x", "/a%00b", "/%ff", "/%zz", "/a%0d%0aSet-Cookie:x"])
    func badTargets(_ text: String) {
        #expect(throws: APIError.self) { try ServerRequest.target(text) }
    }

    @Test("Queries are decoded, and the last of repeated values counts")
    func queries() throws {
        #expect(try ServerRequest.target("/s?q=red+coat%21&a=1&a=2&b").query == ["q": "red coat!", "a": "2", "b": ""])
    }

    @Test("Byte ranges of a file are parsed", arguments: [
        ("bytes=0-9", 0..<10), ("bytes=90-", 90..<100), ("bytes=-5", 95..<100), ("bytes=50-1000", 50..<100), ("bytes=100-", nil),
        ("bytes=-0", nil), ("bytes=-1000", 0..<100),
    ] as [(String, Range<Int>?)])
    func ranges(_ text: String, _ range: Range<Int>?) throws {
        #expect(try #require(ByteRange(text)).range(in: 100) == range)
    }

    @Test(
        "Anything but a single range is ignored",
        arguments: ["bytes=", "bytes=-", "bytes=5-2", "bytes=1-2,4-5", "items=1-2", "bytes=a-b"])
    func noRanges(_ text: String) { #expect(ByteRange(text) == nil) }

    @Test("Dates match the example of the RFC")
    func dates() { #expect(HTTPDate.text(Date(timeIntervalSince1970: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT") }

    @Test("Multi-line events are encoded line by line")
    func events() {
        #expect(ServerEvent(name: "track", data: "a\nb\r\nc").text == "event: track\ndata: a\ndata: b\ndata: c\n\n")
        #expect(ServerEvent(data: "x\u{2028}y").text == "data: x\u{2028}y\n\n")
    }

    @Test("Metrics have Prometheus's text format")
    func metrics() {
        let metrics = ServerMetrics()
        metrics.answered(status: 200, after: .milliseconds(500))
        metrics.answered(status: 200, after: .milliseconds(250))
        metrics.generated(tokens: 7, of: 30)
        metrics.waiting(3)
        metrics.spent(.seconds(2), on: .encoding)
        let lines = metrics.text.split(separator: "\n").map(String.init)
        for line in [
            "# TYPE damvideo_requests_total counter", #"damvideo_requests_total{status="200"} 2"#, "damvideo_request_seconds_sum 0.75",
            "damvideo_request_seconds_count 2", #"damvideo_tokens_total{kind="completion"} 7"#, "damvideo_queue_depth 3",
            #"damvideo_stage_seconds_sum{stage="encoding"} 2"#,
        ] { #expect(lines.contains(line), "\(line) in \(lines)") }
    }
}
