import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DAMVideoServer

/// If these fail, a request can make the server contact machines that only it can reach.
@Suite("URLs in requests")
struct URLFetcherTests {
    private func address(_ text: String) -> HostAddress? { HostAddress.resolve(text).first }

    @Test("Private addresses are recognised", arguments: [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "2001::1", "2001:db8::1", "ff02::1",
    ])
    func privateAddresses(_ text: String) throws {
        #expect(try #require(address(text)).isPublic == false)
    }

    @Test(
        "Public addresses are recognised",
        arguments: ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"])
    func publicAddresses(_ text: String) throws {
        #expect(try #require(address(text)).isPublic)
    }

    private func status(_ fetcher: URLFetcher, _ url: String) async throws -> Int {
        do {
            _ = try await fetcher.fetch(#require(URL(string: url)))
            return 200
        } catch let error as APIError {
            return error.status
        }
    }

    @Test("Private addresses are not contacted, not even after a redirect", .enabled(if: URLFetcher() != nil))
    func refused() async throws {
        let server = try StubServer { request in
            request.path == "/far" ? StubServer.Response(status: 302, headers: ["Location": "http://127.0.0.2:1/x"], body: "")
                : StubServer.Response(body: "picture")
        }
        var fetcher = try #require(URLFetcher())
        #expect(try await status(fetcher, "http://127.0.0.1:\(server.port)/a") == 403)
        #expect(try await status(fetcher, "http://localhost:\(server.port)/a") == 403)
        #expect(server.requests.isEmpty)
        // Only the first address is allowed, for the test.
        fetcher.isAllowed = { $0.text == "127.0.0.1" }
        #expect(try await fetcher.fetch(#require(URL(string: "http://127.0.0.1:\(server.port)/a"))) == Data("picture".utf8))
        #expect(try await status(fetcher, "http://127.0.0.1:\(server.port)/far") == 403)
        for url in ["http://user@127.0.0.1:\(server.port)/a", "file:///etc/passwd"] { #expect(try await status(fetcher, url) == 400) }
    }

    @Test("Oversized answers and redirect loops end", .enabled(if: URLFetcher() != nil))
    func bounded() async throws {
        let server = try StubServer { request in
            request.path == "/circle" ? StubServer.Response(status: 301, headers: ["Location": "/circle"], body: "")
                : request.path == "/none" ? StubServer.Response(status: 404, body: "no")
                : StubServer.Response(body: String(repeating: "x", count: 5000))
        }
        var fetcher = try #require(URLFetcher())
        (fetcher.isAllowed, fetcher.sizeLimit) = ({ _ in true }, 4000)
        #expect(try await status(fetcher, "http://127.0.0.1:\(server.port)/a") == 413)
        #expect(try await status(fetcher, "http://127.0.0.1:\(server.port)/none") == 400)
        #expect(try await status(fetcher, "http://127.0.0.1:\(server.port)/circle") == 400)
        #expect(server.requests.filter { $0.path == "/circle" }.count == 4)
    }
}
