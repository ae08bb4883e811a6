/// The compressed string form: each run as groups of 5 bits, lowest first, with a 6th bit set if more follow, plus 48; from the
/// fourth run on, the difference to the run two before is stored.
///
/// Source: `rleToString` and `rleFrString` in pycocotools, `common/maskApi.c`.
extension RunLengthEncoding {
    /// - Parameter counts: the string's characters, ASCII.
    /// - Throws: `InputError` for anything that is not a mask of this size.
    public init(width: Int, height: Int, counts: [UInt8]) throws(InputError) {
        let pixels = try Self.pixels(width: width, height: height)
        var runs: [UInt32] = []
        runs.reserveCapacity(counts.count)
        var value: Int64 = 0, shift: Int64 = 0
        for (offset, character) in counts.enumerated() {
            guard (48..<112).contains(character), shift < 40 else { throw badCharacter(at: offset) }
            let group = Int64(character) - 48
            value |= (group & 0x1F) << shift
            shift += 5
            if group & 0x20 != 0 { continue }
            if group & 0x10 != 0 { value |= -1 << shift }  // sign extension
            if runs.count > 2 { value += Int64(runs[runs.count - 2]) }
            guard let run = UInt32(exactly: value), run <= pixels else {
                throw InputError(
                    found: "RLE counts with a run below 0 or beyond the mask at offset \(offset)", expected: "runs that fit")
            }
            runs.append(run)
            (value, shift) = (0, 0)
        }
        guard shift == 0 else { throw badCharacter(at: counts.count) }
        try self.init(width: width, height: height, runs: runs)
    }

    /// The compressed form, ASCII.
    public var counts: [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(runs.count * 2)
        for (index, run) in runs.enumerated() {
            var value = Int64(run) - (index > 2 ? Int64(runs[index - 2]) : 0)
            var continues = true
            while continues {
                let group = UInt8(truncatingIfNeeded: value) & 0x1F
                value >>= 5
                continues = group & 0x10 != 0 ? value != -1 : value != 0
                characters.append(group + (continues ? 0x20 : 0) + 48)
            }
        }
        return characters
    }
}

extension RunLengthEncoding {
    /// The mask's runs; only the first may be 0.
    public init(_ mask: Mask) {
        var runs: [UInt32] = []
        var inside: UInt8 = 0
        var length: UInt32 = 0
        mask.pixels.withUnsafeBufferPointer { pixels in
            for column in 0..<mask.width {
                var position = column
                for _ in 0..<mask.height {
                    if pixels[position] != inside {
                        runs.append(length)
                        length = 0
                        inside = pixels[position]
                    }
                    length += 1
                    position += mask.width
                }
            }
        }
        runs.append(length)
        self.init(width: mask.width, height: mask.height, countedRuns: runs)
    }

    /// Decodes the mask.
    public var mask: Mask {
        var pixels = [UInt8](repeating: 0, count: width * height)
        pixels.withUnsafeMutableBufferPointer { pixels in
            forEachSegment { column, rows in
                for row in rows { pixels[row * width + column] = 1 }
            }
        }
        return Mask(width: width, height: height, pixels: pixels)
    }

    /// The part of the region in a box, which must lie within the image and not be empty.
    package func mask(in box: BoundingBox) -> Mask {
        var pixels = [UInt8](repeating: 0, count: box.width * box.height)
        pixels.withUnsafeMutableBufferPointer { pixels in
            forEachSegment { column, rows in
                guard column >= box.left, column < box.right else { return }
                for row in max(rows.lowerBound, box.top)..<max(rows.lowerBound, box.top, min(rows.upperBound, box.bottom)) {
                    pixels[(row - box.top) * box.width + column - box.left] = 1
                }
            }
        }
        return Mask(width: box.width, height: box.height, pixels: pixels)
    }

    /// Union of two regions of the same size.
    package func union(_ other: RunLengthEncoding) -> RunLengthEncoding {
        precondition(width == other.width && height == other.height, "RunLengthEncoding: union of two sizes")
        var first = RunCursor(runs), second = RunCursor(other.runs)
        var merged: [UInt32] = []
        var inside = false
        var length = 0, rest = width * height
        while rest > 0 {
            if (first.isInside || second.isInside) != inside {
                merged.append(UInt32(length))
                length = 0
                inside.toggle()
            }
            let step = min(first.remaining, second.remaining)
            first.advance(step)
            second.advance(step)
            length += step
            rest -= step
        }
        merged.append(UInt32(length))
        return RunLengthEncoding(width: width, height: height, countedRuns: merged)
    }
}

/// A position in a list of runs.
private struct RunCursor {
    private let runs: [UInt32]
    private var index = 0
    /// Pixels left in the run; 0 only after the last one.
    private(set) var remaining = 0

    init(_ runs: [UInt32]) {
        self.runs = runs
        remaining = runs.isEmpty ? 0 : Int(runs[0])
        skipEmptyRuns()
    }

    var isInside: Bool { index % 2 == 1 }

    mutating func advance(_ step: Int) {
        remaining -= step
        skipEmptyRuns()
    }

    private mutating func skipEmptyRuns() {
        while remaining == 0, index + 1 < runs.count {
            index += 1
            remaining = Int(runs[index])
        }
    }
}

/// Error for a character outside the 64 of the compressed form, or a truncated or oversized number.
private func badCharacter(at offset: Int) -> InputError {
    InputError(found: "RLE counts with a wrong or missing character at offset \(offset)", expected: "0 to o")
}
