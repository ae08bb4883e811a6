import Imaging

/// A label image in NumPy's `.npy` format: integers in two dimensions, or more if the others are 1.
///
/// Source: NumPy, `numpy/lib/format.py`, versions 1.0 to 3.0.
enum NumPyArray {
    private enum Kind: Character {
        case signed = "i", unsigned = "u", bool = "b", float = "f"
    }

    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// - Throws: `InputError` for another kind of array, a damaged header, and values that are not labels.
    static func labels(_ bytes: [UInt8]) throws(InputError) -> LabelImage {
        guard bytes.count >= 10, bytes.starts(with: magic) else { throw InputError(found: "no NumPy array", expected: ".npy") }
        guard (1...3).contains(bytes[6]) else { throw InputError(found: "version \(bytes[6]) of .npy", expected: "1 to 3") }
        let width = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + width else { throw InputError(found: "a truncated header", expected: "a whole one") }
        let length = (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[8 + $1]) }, start = 8 + width
        guard length <= 1 << 16, length <= bytes.count - start else {
            throw InputError(found: "a header of \(length) bytes", expected: "at most \(min(1 << 16, bytes.count - start))")
        }
        let header = try NumPyHeader(Array(bytes[start..<start + length]))
        return try labels(bytes[(start + length)...], header)
    }

    private static func labels(_ data: ArraySlice<UInt8>, _ header: NumPyHeader) throws(InputError) -> LabelImage {
        var type = Substring(header.type)
        let isBig = type.first == ">"
        if let first = type.first, "<>|=".contains(first) { type.removeFirst() }
        guard let kind = type.first.flatMap(Kind.init), let size = Int(type.dropFirst()), [1, 2, 4, 8].contains(size),
            kind != .float || size >= 4, kind != .bool || size == 1
        else { throw InputError(found: "an array of \(header.type.prefix(16))", expected: "whole numbers") }
        let sides = header.shape.filter { $0 != 1 }
        let shape = header.shape.count == 2 ? header.shape : sides
        guard shape.count == 2 else {
            throw InputError(found: "an array of \(header.shape.count) dimensions", expected: "a label image of two, [height, width]")
        }
        let pixels = try RunLengthEncoding.pixels(width: shape[1], height: shape[0])
        guard data.count == pixels * size else {
            throw InputError(found: "\(data.count) bytes for \(shape[1])x\(shape[0]) values of \(size)", expected: "\(pixels * size)")
        }
        var values = [UInt16](repeating: 0, count: pixels), wrong: Int?
        data.withUnsafeBytes { data in
            for index in 0..<pixels {
                var word: UInt64 = 0
                for byte in 0..<size { word = word << 8 | UInt64(data[index * size + (isBig ? byte : size - 1 - byte)]) }
                guard let value = value(word, kind, size: size) else {
                    wrong = wrong ?? index
                    continue
                }
                let place = header.isColumnMajor ? index % shape[0] * shape[1] + index / shape[0] : index
                values[place] = value
            }
        }
        if let wrong { throw InputError(found: "value number \(wrong) outside of 0 to 65535", expected: "labels") }
        return LabelImage(width: shape[1], height: shape[0], values: values)
    }

    private static func value(_ word: UInt64, _ kind: Kind, size: Int) -> UInt16? {
        switch kind {
        case .unsigned: return UInt16(exactly: word)
        case .bool: return word == 0 ? 0 : 1
        // A set sign bit makes the number too large, as intended.
        case .signed: return word >> UInt64(size * 8 - 1) == 0 ? UInt16(exactly: word) : nil
        case .float:
            return UInt16(exactly: size == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))) : Double(bitPattern: word))
        }
    }
}

/// The header dictionary of an array: `{'descr': '<u2', 'fortran_order': False, 'shape': (48, 64), }`.
struct NumPyHeader: Equatable {
    private(set) var type = ""
    private(set) var isColumnMajor = false
    private(set) var shape: [Int] = []

    /// - Throws: `InputError` for anything but the three entries.
    init(_ text: [UInt8]) throws(InputError) {
        var scanner = Scanner(text)
        var seen: Set<String> = []
        try scanner.expect("{")
        while !scanner.take("}") {
            let key = try scanner.string()
            try scanner.expect(":")
            guard seen.insert(key).inserted else { throw InputError(found: "\(key.prefix(16)) twice in the header", expected: "once") }
            switch key {
            case "descr": type = try scanner.string()
            case "fortran_order": isColumnMajor = try scanner.bool()
            case "shape": shape = try scanner.sides()
            default: throw InputError(found: "\(key.prefix(16)) in the header", expected: "descr, fortran_order and shape")
            }
            if !scanner.take(",") {
                try scanner.expect("}")
                break
            }
        }
        guard seen.count == 3 else {
            throw InputError(
                found: "a header without \(seen.contains("descr") ? "shape" : "descr")", expected: "descr, fortran_order and shape")
        }
    }

    private struct Scanner {
        private let text: [UInt8]
        private var position = 0

        init(_ text: [UInt8]) { self.text = text }

        mutating func take(_ word: String) -> Bool {
            while position < text.count, [0x20, 0x09, 0x0A].contains(text[position]) { position += 1 }
            guard text[position...].starts(with: word.utf8) else { return false }
            position += word.utf8.count
            return true
        }

        mutating func expect(_ word: String) throws(InputError) {
            guard take(word) else { throw InputError(found: "a damaged header at its byte \(position)", expected: word) }
        }

        mutating func string() throws(InputError) -> String {
            for quote in ["'", "\""] where take(quote) {
                guard let end = text[position...].firstIndex(of: quote.utf8.first ?? 0) else { break }
                defer { position = end + 1 }
                return String(decoding: text[position..<end], as: UTF8.self)
            }
            throw InputError(found: "a damaged header at its byte \(position)", expected: "a text in quotation marks")
        }

        mutating func bool() throws(InputError) -> Bool {
            if take("True") { return true }
            try expect("False")
            return false
        }

        mutating func sides() throws(InputError) -> [Int] {
            var sides: [Int] = []
            try expect("(")
            while !take(")") {
                _ = take("")  // spaces
                let digits = text[position...].prefix { (0x30...0x39).contains($0) }
                guard let side = Int(String(decoding: digits, as: UTF8.self)), sides.count < 8 else {
                    throw InputError(found: "a damaged shape in the header", expected: "up to eight whole numbers")
                }
                position = digits.endIndex
                _ = take("L")  // as Python 2 wrote it
                sides.append(side)
                if !take(",") {
                    try expect(")")
                    break
                }
            }
            return sides
        }
    }
}
