import Foundation
import Imaging

/// Lines of a stream as they come, with no more than a line in memory.
public struct LineReader {
    /// Bytes of a line at most: the outlines of some hundred objects. Longer ones are passed over without being held.
    public static let longestLine = 16 << 20
    private static let blockSize = 1 << 16

    public enum Line: Equatable, Sendable {
        case text(Data)
        /// A line of more bytes than are taken.
        case tooLong
    }

    private let descriptor: Int32
    private let limit: Int
    /// Bytes read and not handed out.
    private var pending = Data()
    /// Number of bytes at the start of `pending` that are known to hold no line break.
    private var searched = 0
    private var isSkipping = false
    private var isAtEnd = false

    public init(descriptor: Int32, limit: Int = Self.longestLine) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// The next line, without its line break; nil after the last. The last may go without a line break.
    /// - Throws: `InputError` of category `inputOutput`.
    public mutating func next() throws -> Line? {
        while true {
            if let line = takeLine() { return line }
            guard !isAtEnd else { return takeLast() }
            if pending.count > limit { (pending, searched, isSkipping) = (Data(), 0, true) }
            try fill()
        }
    }

    private mutating func takeLine() -> Line? {
        guard let end = pending[(pending.startIndex + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = pending.count
            return nil
        }
        let line = Data(pending[..<end])
        pending = pending[(end + 1)...]
        searched = 0
        defer { isSkipping = false }
        return isSkipping || line.count > limit ? .tooLong : .text(line)
    }

    private mutating func takeLast() -> Line? {
        guard isSkipping || !pending.isEmpty else { return nil }
        defer { (pending, searched, isSkipping) = (Data(), 0, false) }
        return isSkipping || pending.count > limit ? .tooLong : .text(Data(pending))
    }

    private mutating func fill() throws {
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        while true {
            let count = read(descriptor, &block, block.count)
            if count > 0 {
                // Anew, so that what was handed out is not kept.
                if pending.startIndex > 0 { pending = Data(pending) }
                pending.append(contentsOf: block[..<count])
                return
            }
            if count == 0 {
                isAtEnd = true
                return
            }
            guard errno == EINTR else { throw InputError(.inputOutput, "stdin: cannot be read: \(String(cString: strerror(errno)))") }
        }
    }
}
