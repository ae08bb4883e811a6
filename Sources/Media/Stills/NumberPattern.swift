/// A number of any length in a file name.
struct FileNumber: Comparable {
    /// Without leading zeros; empty for 0.
    private let digits: String

    /// - Returns: nil if `digits` is empty or has anything but the digits 0 to 9.
    init?(_ digits: some StringProtocol) {
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
        self.digits = String(digits.drop { $0 == "0" })
    }

    static func < (one: FileNumber, other: FileNumber) -> Bool {
        (one.digits.utf8.count, one.digits) < (other.digits.utf8.count, other.digits)
    }
}

/// A path with one printf conversion for a number in the file name: `frames/%05d.jpg`, `shot%d.png`. `%%` is a per cent sign.
struct NumberPattern {
    /// Folder of the files with its slash; empty for the current folder.
    let prefix: String
    private let before: String
    private let after: String
    private let width: Int

    /// The folder to search.
    var folder: String { prefix.isEmpty ? "." : prefix }

    /// - Returns: nil if the path has no such conversion, several, or another kind.
    init?(_ path: String) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        prefix = String(path.dropLast(name.count))
        var parts = [""], widths: [Int] = []
        var rest = Substring(name)
        while let character = rest.popFirst() {
            if character != "%" {
                parts[parts.count - 1].append(character)
            } else if rest.first == "%" {
                rest.removeFirst()
                parts[parts.count - 1].append("%")
            } else {
                let digits = rest.prefix { $0.utf8.allSatisfy(isDigit) }
                rest.removeFirst(digits.count)
                // "%5d" would pad with spaces, which is never intended.
                guard rest.popFirst() == "d", digits.isEmpty || digits.first == "0", digits.count < 4 else { return nil }
                widths.append(Int(digits) ?? 0)
                parts.append("")
            }
        }
        guard widths.count == 1 else { return nil }
        (before, after, width) = (parts[0], parts[1], widths[0])
    }

    /// The number in a file name; nil if printf would not produce that name.
    func number(in name: String) -> FileNumber? {
        guard name.count >= before.count + after.count, name.hasPrefix(before), name.hasSuffix(after) else { return nil }
        let digits = name.dropFirst(before.count).dropLast(after.count)
        guard digits.count >= max(1, width), digits.count == max(1, width) || digits.first != "0" else { return nil }
        return FileNumber(digits)
    }
}

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
