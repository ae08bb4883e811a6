import Foundation
import Imaging

/// Lines of a stream as they arrive, with at most one line in memory.
public struct LineReader {
    /// Upper bound on a line's bytes: enough for the outlines of some hundred objects. Longer lines are skipped without
    /// buffering.
    public static let longestLine = 16 << 20
    private static let blockSize = 1 << 16

    public enum Line: Equatable, Sendable {
        case text(Data)
        /// A line above the size limit.
        case tooLong
    }

    private let descriptor: Int32
    private let limit: Int
    /// Bytes read but not returned yet.
    private var pending = Data()
    /// Length of the prefix of `pending` known to contain no line break.
    private var searched = 0
    private var isSkipping = false
    private var isAtEnd = false

    public init(descriptor: Int32, limit: Int = Self.longestLine) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// The next line, without its line break; nil at the end. The last line may lack a line break.
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
                // Copied, so that the returned bytes are released.
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
