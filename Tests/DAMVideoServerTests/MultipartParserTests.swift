import Foundation
import Testing

@testable import DAMVideoServer

@Suite("Multipart bodies")
struct MultipartParserTests {
    private static let body = """
        --b1\r\nContent-Disposition: form-data; name="file"; filename="a \\"b\\".mp4"\r\nContent-Type: video/mp4\r\n\r\n\
        one\r\n--b\r\n--b2two\r\n--b1\r\ncontent-disposition: form-data; name=name\r\n\r\n\r\n--b1--\r\nafter
        """

    /// Events with adjacent pieces of content joined.
    private func events(_ body: Data, step: Int, boundary: String = "b1") throws -> [MultipartParser.Event] {
        var parser = MultipartParser(boundary: boundary), events: [MultipartParser.Event] = []
        for start in stride(from: 0, to: body.count, by: step) {
            for event in try parser.take(body[start..<min(body.count, start + step)]) {
                if case .content(let more) = event, case .content(let earlier)? = events.last {
                    events[events.count - 1] = .content(earlier + more)
                } else {
                    events.append(event)
                }
            }
        }
        try parser.finish()
        return events
    }

    @Test("Parts do not depend on how a body is split into pieces", arguments: [1, 2, 3, 5, 7, 1000])
    func pieces(step: Int) throws {
        #expect(try events(Data(Self.body.utf8), step: step) == [
            .begin(name: "file", fileName: "a \"b\".mp4"), .content(Data("one\r\n--b\r\n--b2two".utf8)), .end,
            .begin(name: "name", fileName: nil), .end,
        ])
    }

    @Test("No more than one piece is buffered")
    func bounded() throws {
        var parser = MultipartParser(boundary: "b")
        _ = try parser.take(Data("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n".utf8))
        for _ in 0..<50 {
            let events = try parser.take(Data(repeating: 13, count: 10_000))
            let given = events.reduce(0) { if case .content(let data) = $1 { $0 + data.count } else { $0 } }
            #expect(given >= 9_990)
        }
    }

    @Test("A truncated body is refused", arguments: [10, 60, 120, 150])
    func cutOff(length: Int) throws {
        #expect { try events(Data(Self.body.utf8.prefix(length)), step: 1000) } throws: { ($0 as? APIError)?.status == 400 }
    }

    @Test("A missing boundary is refused before memory fills up")
    func noBoundary() throws {
        var parser = MultipartParser(boundary: "b")
        #expect(throws: APIError.self) { for _ in 0..<100 { _ = try parser.take(Data(repeating: 65, count: 1000)) } }
        var head = MultipartParser(boundary: "b")
        _ = try head.take(Data("--b\r\n".utf8))
        #expect(throws: APIError.self) { for _ in 0..<100 { _ = try head.take(Data(repeating: 65, count: 1000)) } }
    }

    @Test("Too many parts are refused")
    func manyParts() throws {
        let part = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"
        #expect(throws: APIError.self) { try events(Data(String(repeating: part, count: 65).utf8), step: 1000, boundary: "b") }
    }

    @Test("A part without a name, and text after a boundary, are refused", arguments: [
        "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--", "--bx\r\n\r\n", "--b\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--",
    ])
    func malformed(body: String) {
        #expect { try events(Data(body.utf8), step: 1000, boundary: "b") } throws: { ($0 as? APIError)?.status == 400 }
    }

    @Test("Boundaries and file names are parsed as browsers write them")
    func headers() throws {
        #expect(try MultipartHeaders.boundary(contentType: "multipart/form-data; boundary=\"a b;c\"; charset=utf-8") == "a b;c")
        #expect(try MultipartHeaders.boundary(contentType: "Multipart/Form-Data;boundary=----x") == "----x")
        #expect { try MultipartHeaders.boundary(contentType: "multipart/form-data") } throws: { ($0 as? APIError)?.status == 400 }
        #expect { try MultipartHeaders.boundary(contentType: "text/plain") } throws: { ($0 as? APIError)?.status == 415 }
        let part = try MultipartHeaders.part(Data(
            "\r\nContent-Disposition: form-data; name=\"fi%22le\"; filename=\"x.mp4\"; filename*=UTF-8''T%C3%BCr.mp4".utf8))
        #expect(part.name == "fi\"le")
        #expect(part.fileName == "Tür.mp4")
    }
}
