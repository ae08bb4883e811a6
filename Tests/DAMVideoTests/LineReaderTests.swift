import DAMVideo
import Foundation
import Testing

/// If these fail, a worker misses a job, or an endless line fills the memory.
struct LineReaderTests {
    private func lines(_ text: String, limit: Int = 8) throws -> [LineReader.Line] {
        let file = FileManager.default.temporaryDirectory.appending(path: "damvideo-lines-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forReadingFrom: file)
        var reader = LineReader(descriptor: handle.fileDescriptor, limit: limit), lines: [LineReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    private func text(_ text: String) -> LineReader.Line { .text(Data(text.utf8)) }

    @Test func linesComeInOrder() throws {
        #expect(try lines("").isEmpty)
        #expect(try lines("a\n\nbc\n") == [text("a"), text(""), text("bc")])
        #expect(try lines("a\nb") == [text("a"), text("b")])
        #expect(try lines("\n") == [text("")])
    }

    @Test func longLinesAreSkipped() throws {
        #expect(try lines("12345678\n123456789\nx\n") == [text("12345678"), .tooLong, text("x")])
        #expect(try lines("x\n123456789") == [text("x"), .tooLong])
        // Longer than one read.
        let long = String(repeating: "y", count: 300_000)
        #expect(try lines("x\n\(long)\nz\n\(long)") == [text("x"), .tooLong, text("z"), .tooLong])
        #expect(try lines("\(long)\nz\n", limit: 400_000) == [text(long), text("z")])
    }

    @Test func readErrorsAreThrown() {
        var reader = LineReader(descriptor: -1)
        #expect(throws: (any Error).self) { try reader.next() }
    }
}
