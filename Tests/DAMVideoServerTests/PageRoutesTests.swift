import Foundation
import Testing

@testable import DAMVideoServer

@Suite("The page's files")
struct PageRoutesTests {
    private let routes = PageRoutes()

    private func response(_ path: String, method: String = "GET", headers: [String: String] = [:]) async throws -> ServerResponse {
        let parts = path.split(separator: "/").map(String.init)
        return try #require(await routes.respond(to: ServerRequest(method: method, path: parts, headers: headers)))
    }

    private func text(_ path: String) async throws -> (text: String, type: String) {
        guard case .data(let data, let type) = try await response(path).body else { throw APIError(500, "found no data at \(path)") }
        return (String(decoding: data, as: UTF8.self), type)
    }

    /// Paths that a file of the page refers to: links and sources in HTML, imports in scripts.
    private func references(in text: String) -> [String] {
        let ways = [#/(?:href|src)="(/page/[^"#]+)"/#, #/from "\.(/[a-z]+\.js)"/#]
        return ways.flatMap { text.matches(of: $0).map { String($0.output.1) } }.map { $0.hasPrefix("/page/") ? $0 : "/page" + $0 }
    }

    @Test("Every file that the page or its scripts refer to exists with its type")
    func complete() async throws {
        var seen: [String: String] = [:], open = ["/"]
        while let path = open.popLast() {
            let (text, type) = try await text(path)
            seen[path] = type
            open += references(in: text).filter { seen[$0] == nil && !open.contains($0) }
        }
        #expect(seen["/"] == "text/html; charset=utf-8")
        #expect(seen["/page/base.css"] == "text/css; charset=utf-8")
        #expect(seen["/page/picker.js"] == "text/javascript; charset=utf-8")
        #expect(seen["/page/mark.svg"] == "image/svg+xml")
        #expect(seen.count > 15)
    }

    @Test("No file refers to other servers, and none has inline scripts or styles")
    func nothingElse() async throws {
        for path in ["/", "/page/app.js", "/page/base.css", "/page/home.css", "/page/clip.css"] {
            let text = try await text(path).text
            #expect(text.firstMatch(of: #/(?:src|href)="(?:https?:)?\/\//#) == nil, "\(path)")
            #expect(text.firstMatch(of: #/url\((?!#)|@import| style="| on[a-z]+="/#) == nil, "\(path)")
        }
    }

    @Test("The content security policy allows this server's files only")
    func policy() async throws {
        let headers = try await response("/").headers
        let policy = try #require(headers["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(!policy.contains("unsafe"))
        #expect(headers["x-content-type-options"] == "nosniff")
    }

    @Test("A file cached by the browser is not sent again")
    func known() async throws {
        let first = try await response("/page/app.js")
        let tag = try #require(first.headers["etag"])
        let second = try await response("/page/app.js", headers: ["if-none-match": "\"other\", W/\(tag)"])
        #expect(second.status == 304)
        guard case .none = second.body else { return #expect(Bool(false), "found a body, expected none") }
        #expect(try await response("/page/app.js", headers: ["if-none-match": "\"other\""]).status == 200)
        #expect(try await response("/page/api.js").headers["etag"] != tag)
    }

    @Test("The API description is served; unknown names, methods and paths are refused")
    func others() async throws {
        #expect(try await text("/openapi.yaml").text.hasPrefix("openapi: 3.1"))
        for path in ["/page/nothing.js", "/page", "/page/../index.html", "/page/index.html", "/page/a/b"] {
            await #expect(throws: APIError.self, "\(path)") { try await response(path) }
        }
        let refused = await #expect(throws: APIError.self) { try await response("/", method: "POST") }
        #expect(refused?.status == 405)
        #expect(try await routes.respond(to: ServerRequest(method: "GET", path: ["api", "clips"])) == nil)
    }
}
