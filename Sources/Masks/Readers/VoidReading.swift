import Imaging

/// Values of label PNGs that are void.
enum LabelMeaning {
    /// The values that are void if these are all the values, 0 aside.
    static func void(among values: Set<UInt32>) -> Set<UInt32> {
        let ignored = UInt32(MOTSReader.ignored)
        if values.contains(ignored), values.count > 1, values.allSatisfy({ $0 == ignored || (1000..<ignored).contains($0) }) {
            return [ignored]
        }
        let void: Set<UInt32> = [254, 255]
        // Without 255, 254 is an ordinary id.
        guard values.contains(255), !void.isSuperset(of: values), values.allSatisfy({ $0 <= 255 }) else { return [] }
        return void
    }
}

/// The void values of a set of images, decided by where they occur.
struct VoidReading {
    let values: Set<UInt32>
    /// Note on how 255 was read; nil if it is a thin rim around other objects.
    let note: String?

    /// - Parameters:
    ///   - regions: regions of all images, by value.
    ///   - format: the format given by the user; every value that is not a rim is then an object.
    ///   - layout: the format to name in the note.
    init(_ regions: [LabelRegion], format: MaskFormat?, layout: MaskFormat) {
        let all = Set(regions.map(\.value)), void = LabelMeaning.void(among: all), white = regions.filter { $0.value == 255 }
        let area = white.reduce(0) { $0 + $1.area }, rim = white.reduce(0) { $0 + $1.rim }
        guard void.contains(255), rim * 20 < area * 19 else {
            (values, note) = (void, nil)
            return
        }
        if format != nil {
            (values, note) = ([], nil)
        } else if Self.areSpread(all) {
            let list = all.sorted().map(String.init).joined(separator: ", ")
            (values, note) = ([], "the values \(list) are spread over 0 to 255, so 255 is taken for an object and not for void")
        } else {
            let names = void.intersection(all).sorted().map(String.init).joined(separator: " and ")
            let verb = names.count > 3 ? "are" : "is"
            (values, note) = (
                void, "\(names) \(verb) taken for void beside other objects "
                    + "(--masks-format \(layout.rawValue) takes each value for an object)")
        }
    }

    /// True if the values divide 0 to 255 evenly, as in label images made for viewing.
    private static func areSpread(_ values: Set<UInt32>) -> Bool {
        values.sorted().enumerated().allSatisfy { index, value in
            let share = Double(index + 1) * 255 / Double(values.count)
            return abs(Double(value) - share) < 1
        }
    }
}

/// Counts white pixels in a band around other objects, as wide as data sets draw it.
/// - Parameter white: the value that may be void.
func countRim(_ labels: LabelImage, in regions: [LabelRegion], white: UInt16) -> [LabelRegion] {
    guard regions.count > 1, let index = regions.firstIndex(where: { $0.value == UInt32(white) }) else { return regions }
    let band = 5, width = labels.width, height = labels.height
    var isNear = [Bool](repeating: false, count: labels.values.count)
    for row in 0..<height {
        var end = 0
        for column in 0..<width {
            let value = labels.values[row * width + column]
            guard value != 0, value != white else { continue }
            let last = min(width, column + band + 1)
            for beside in max(end, column - band)..<max(last, max(end, column - band)) { isNear[row * width + beside] = true }
            end = last
        }
    }
    var rim = 0
    let box = regions[index].box
    for column in box.left..<box.left + box.width {
        var lines = (max(0, box.top - band)..<min(height, box.top + band)).count { isNear[$0 * width + column] }
        for row in box.top..<box.top + box.height {
            if row + band < height, isNear[(row + band) * width + column] { lines += 1 }
            if row - band > 0, isNear[(row - band - 1) * width + column] { lines -= 1 }
            if lines > 0, labels.values[row * width + column] == white { rim += 1 }
        }
    }
    var counted = regions
    counted[index].rim = rim
    return counted
}
