/// A pickle value, as far as a state dictionary needs it. Tuples, lists and dictionaries are stored in `Pickle`'s tables and
/// referred to by index, so values never own each other, however deeply a hostile file nests them.
package enum PickleValue: Hashable {
    case none
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    /// A class or function, as its module and name only.
    case global(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    /// A storage, as the arguments of its persistent id.
    case storage(Int)
    /// A tensor, as the arguments of the function that would rebuild it.
    case tensor(Int)
}

/// Tables and result of a parsed pickle.
package struct Pickle {
    package var sequences: [[PickleValue]] = []
    package var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    package var root = PickleValue.none

    /// The items of a tuple or list, or the arguments of a storage or tensor; nil for anything else.
    package func items(_ value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let number), .list(let number), .storage(let number), .tensor(let number): sequences[number]
        default: nil
        }
    }

    /// The pairs of a dictionary, in order; nil for anything else.
    package func pairs(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
        if case .dictionary(let number) = value { dictionaries[number] } else { nil }
    }
}

/// Parser for the pickle of a state dictionary; any other is refused. It supports the opcodes of protocol 2 that `torch.save`
/// writes, ordered dictionaries, tensors and their storages. Nothing named by a pickle is ever imported or called. Source: the
/// comments of CPython's `Lib/pickletools.py`; PyTorch's `torch/serialization.py`.
package struct PickleReader {
    private var reader: ByteReader
    private let fail: (_ found: String, _ expected: String) -> CheckpointError
    private var pickle = Pickle()
    private var stack: [PickleValue] = []
    /// Stack heights at the marks.
    private var marks: [Int] = []
    private var memory: [UInt32: PickleValue] = [:]

    /// - Parameter fail: makes an error from what was found and what was expected.
    /// - Throws: the error from `fail`, at the first thing that a state dictionary does not need.
    package static func read(
        _ bytes: UnsafeRawBufferPointer, fail: @escaping (_ found: String, _ expected: String) -> CheckpointError
    ) throws -> Pickle {
        var reader = PickleReader(reader: ByteReader(bytes), fail: fail)
        while let opcode: UInt8 = reader.reader.next() {
            if opcode == UInt8(ascii: ".") {
                reader.pickle.root = try reader.pop()
                return reader.pickle
            }
            try reader.run(opcode)
        }
        throw fail("a pickle without an end", "a complete one")
    }

    private init(
        reader: ByteReader, fail: @escaping (_ found: String, _ expected: String) -> CheckpointError
    ) {
        self.reader = reader
        self.fail = fail
    }

    private mutating func run(_ opcode: UInt8) throws {
        switch opcode {
        case 0x80: try protocolVersion()
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.boolean(true))
        case 0x89: stack.append(.boolean(false))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try next(UInt8.self))))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try next(UInt16.self))))
        case UInt8(ascii: "J"): stack.append(.integer(Int(try next(Int32.self))))
        case 0x8A: try longInteger()
        case UInt8(ascii: "G"): stack.append(.real(Double(bitPattern: try next(UInt64.self).byteSwapped)))
        case UInt8(ascii: "X"): stack.append(.string(try text(reader.next(count: Int(try next(UInt32.self))))))
        case UInt8(ascii: "c"): stack.append(.global(try text(reader.nextLine()) + "." + text(reader.nextLine())))
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: ")"): stack.append(.tuple(store([])))
        case 0x85, 0x86, 0x87: try tuple(of: Int(opcode - 0x84))
        case UInt8(ascii: "t"): stack.append(.tuple(store(try popToMark())))
        case UInt8(ascii: "]"): stack.append(.list(store([])))
        case UInt8(ascii: "a"): try append([pop()])
        case UInt8(ascii: "e"): try append(popToMark())
        case UInt8(ascii: "}"): stack.append(emptyDictionary())
        case UInt8(ascii: "s"): try setItems([pop(), pop()].reversed())
        case UInt8(ascii: "u"): try setItems(popToMark())
        case UInt8(ascii: "q"): memory[UInt32(try next(UInt8.self))] = try top()
        case UInt8(ascii: "r"): memory[try next(UInt32.self)] = try top()
        case UInt8(ascii: "h"): try recall(UInt32(next(UInt8.self)))
        case UInt8(ascii: "j"): try recall(next(UInt32.self))
        case UInt8(ascii: "Q"): try storage()
        case UInt8(ascii: "R"): try reduce()
        case UInt8(ascii: "b"): try build()
        default:
            throw fail("pickle opcode 0x" + String(opcode, radix: 16), "those a state dictionary needs")
        }
    }

    private mutating func next<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
        guard let value: Value = reader.next() else { throw fail("a truncated pickle", "a complete one") }
        return value
    }

    private func text(_ bytes: UnsafeRawBufferPointer?) throws -> String {
        guard let bytes else { throw fail("a truncated pickle", "a complete one") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fail("text that is not UTF-8", "UTF-8") }
        return text
    }

    private mutating func protocolVersion() throws {
        let version = try next(UInt8.self)
        guard version == 2 else { throw fail("pickle protocol \(version)", "protocol 2, which torch.save writes") }
    }

    private mutating func longInteger() throws {
        let length = Int(try next(UInt8.self))
        guard length <= 8, let bytes = reader.next(count: length) else { throw fail("a number of \(length) bytes", "at most 8") }
        // Two's complement of variable length.
        var value = UInt64(bitPattern: bytes.last.map { Int64(Int8(bitPattern: $0) >> 7) } ?? 0)
        for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
        stack.append(.integer(Int(Int64(bitPattern: value))))
    }

    // MARK: The stack

    private func top() throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.last else { throw fail("a pickle that pops an empty stack", "a valid one") }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw fail("a pickle that pops to a missing mark", "a valid one") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func recall(_ number: UInt32) throws {
        guard let value = memory[number] else { throw fail("a pickle that reads an unset memo", "a valid one") }
        stack.append(value)
    }

    // MARK: Containers

    private mutating func store(_ items: [PickleValue]) -> Int {
        pickle.sequences.append(items)
        return pickle.sequences.count - 1
    }

    private mutating func tuple(of count: Int) throws {
        var items: [PickleValue] = []
        for _ in 0..<count { items.append(try pop()) }
        stack.append(.tuple(store(items.reversed())))
    }

    private mutating func append(_ items: [PickleValue]) throws {
        guard case .list(let number) = try top() else { throw fail("items for something other than a list", "a list") }
        pickle.sequences[number] += items
    }

    private mutating func emptyDictionary() -> PickleValue {
        pickle.dictionaries.append([])
        return .dictionary(pickle.dictionaries.count - 1)
    }

    private mutating func setItems(_ items: [PickleValue]) throws {
        guard case .dictionary(let number) = try top(), items.count % 2 == 0 else {
            throw fail("keys and values for something other than a dictionary", "a dictionary")
        }
        for index in stride(from: 0, to: items.count, by: 2) {
            pickle.dictionaries[number].append((items[index], items[index + 1]))
        }
    }

    // MARK: Opcodes that execute code in other readers

    private mutating func storage() throws {
        guard case .tuple(let number) = try pop() else { throw fail("a storage id that is not a tuple", "a tuple") }
        stack.append(.storage(number))
    }

    private mutating func reduce() throws {
        let arguments = try pop(), function = try pop()
        guard case .global(let name) = function, case .tuple(let number) = arguments else {
            throw fail("a call of something other than a function", "a function's name and its arguments")
        }
        let items = pickle.sequences[number]
        switch name {
        case "collections.OrderedDict" where items.isEmpty: stack.append(emptyDictionary())
        case "torch._utils._rebuild_tensor_v2": stack.append(.tensor(number))
        case "torch._utils._rebuild_parameter":
            guard let first = items.first, case .tensor = first else { throw fail("a parameter without a tensor", "a tensor") }
            stack.append(first)
        default:
            throw fail("a call of \(name), which is refused", "only tensors and ordered dictionaries")
        }
    }

    /// Ignores a state dictionary's attributes (the versions of its modules).
    private mutating func build() throws {
        let state = try pop()
        guard case .dictionary = state, case .dictionary = try top() else {
            throw fail("attributes of an object", "those of an ordered dictionary")
        }
    }
}
