import Imaging

/// One machine's share of a long run: shard I of N, from 0, has items I, I + N, I + 2N and so on. Shards depend only on the order
/// of the items, and their sizes differ by at most one.
public struct Shard: Sendable, Hashable {
    public let index: Int
    public let count: Int

    /// - Throws: `InputError` of category `usage` unless the index is below the count.
    public init(_ index: Int, of count: Int) throws {
        guard count >= 1, (0..<count).contains(index) else {
            throw InputError(.usage, "shard \(index)/\(count): expected I/N with N 1 or more, I from 0 to N - 1")
        }
        (self.index, self.count) = (index, count)
    }

    /// - Parameter text: `I/N`.
    /// - Throws: `InputError` of category `usage`.
    public init(text: String) throws {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Self.number($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else {
            throw InputError(.usage, "shard \(text): expected I/N, such as 0/4 for the first of four")
        }
        try self.init(index, of: count)
    }

    /// Parses a number without sign or spaces.
    static func number(_ text: some StringProtocol) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    /// True if an item belongs to this shard.
    /// - Parameter place: zero-based index of the item.
    public func has(_ place: Int) -> Bool { place % count == index }

    /// This shard's items, in order.
    public func share<Item>(of items: some Sequence<Item>) -> [Item] {
        items.enumerated().filter { has($0.offset) }.map(\.element)
    }

    public var text: String { "\(index)/\(count)" }
}

/// Written as `"I/N"`.
extension Shard: Codable {
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer(), text = try value.decode(String.self)
        do {
            try self.init(text: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "\(error)")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(text)
    }
}
