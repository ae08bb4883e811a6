import Imaging

/// Brightness class of a pixel in a white-on-black mask, with tolerance for values that compression has changed.
enum GreyGrade {
    case black, between, white

    init(_ level: UInt32, white: UInt32) {
        self = level * 100 >= white * 92 ? .white : level * 100 >= white * 8 ? .between : .black
    }

    /// The brightness of white, given the largest value.
    static func white(_ top: UInt32) -> UInt32 { top > 255 ? 65535 : 255 }
}

/// Counts the features that distinguish objects from soft edges: pixels of each region at the corner of a 2x2 and of a 3x3 square
/// of the same value, and pixels of grey patches between white and black.
/// - Parameter level: the brightness of a value.
func countSolid(
    _ labels: LabelImage, in regions: [LabelRegion], level: (UInt32) -> UInt32 = { $0 }
) -> [LabelRegion] {
    guard regions.count > 1 else { return regions }
    var solid = [Int](repeating: 0, count: 1 << 16), core = solid
    let width = labels.width
    labels.values.withUnsafeBufferPointer { values in
        func isSquare(_ place: Int, _ side: Int) -> Bool {
            (0..<side).allSatisfy { line in
                (0..<side).allSatisfy { values[place + line * width + $0] == values[place] }
            }
        }
        for row in 0..<max(0, labels.height - 1) {
            for column in 0..<width - 1 where values[row * width + column] != 0 {
                let place = row * width + column
                guard isSquare(place, 2) else { continue }
                solid[Int(values[place])] += 1
                if row < labels.height - 2, column < width - 2, isSquare(place, 3) { core[Int(values[place])] += 1 }
            }
        }
    }
    let levels = regions.map { level($0.value) }, white = GreyGrade.white(levels.max() ?? 0)
    let grades = levels.map { GreyGrade($0, white: white) }
    let patches = grades.contains(.white) && grades.contains(.between)
        ? GreyPatches(labels, grades: Dictionary(zip(regions.map(\.value), grades)) { first, _ in first }) : nil
    return regions.map { region in
        var region = region
        (region.solid, region.core) = (solid[Int(region.value)], core[Int(region.value)])
        guard let patches else { return region }
        region.between = patches.between[region.value] ?? 0
        (region.bareSides, region.greySides) = patches.sides[region.value] ?? (0, 0)
        return region
    }
}

/// Connected patches of grey pixels in an image (8-connectivity).
private struct GreyPatches {
    /// Pixels of each value in patches that touch white and black.
    private(set) var between: [UInt32: Int] = [:]
    /// Edges between white pixels and black ones, and grey ones, by value.
    private(set) var sides: [UInt32: (bare: Int, grey: Int)] = [:]

    private let labels: LabelImage
    private var gradeOfValue = [GreyGrade](repeating: .black, count: 1 << 16)
    private var isSeen: [Bool]
    /// Pixels of the current patch, and the colours next to it.
    private var patch: [Int] = []
    private var touchesWhite = false, touchesBlack = false

    init(_ labels: LabelImage, grades: [UInt32: GreyGrade]) {
        self.labels = labels
        isSeen = Array(repeating: false, count: labels.values.count)
        for (value, grade) in grades { gradeOfValue[Int(value)] = grade }
        for place in labels.values.indices where gradeOfValue[Int(labels.values[place])] == .between && !isSeen[place] {
            addPatch(at: place)
        }
        for row in 0..<labels.height {
            for column in 0..<labels.width - 1 { addSides(row * labels.width + column, row * labels.width + column + 1) }
        }
        for place in 0..<max(0, labels.values.count - labels.width) { addSides(place, place + labels.width) }
    }

    /// Counts two adjacent pixels.
    private mutating func addSides(_ one: Int, _ other: Int) {
        let grades = (gradeOfValue[Int(labels.values[one])], gradeOfValue[Int(labels.values[other])])
        guard grades.0 != grades.1, grades.0 == .white || grades.1 == .white else { return }
        let value = UInt32(labels.values[grades.0 == .white ? one : other])
        if grades.0 == .black || grades.1 == .black {
            sides[value, default: (0, 0)].bare += 1
        } else {
            sides[value, default: (0, 0)].grey += 1
        }
    }

    private mutating func addPatch(at start: Int) {
        patch = [start]
        (touchesWhite, touchesBlack) = (false, false)
        isSeen[start] = true
        var next = 0
        while next < patch.count {
            lookAround(patch[next])
            next += 1
        }
        guard touchesWhite, touchesBlack else { return }
        for place in patch { between[UInt32(labels.values[place]), default: 0] += 1 }
    }

    private mutating func lookAround(_ place: Int) {
        let width = labels.width, row = place / width, column = place % width
        for other in max(0, row - 1)...min(labels.height - 1, row + 1) {
            for beside in other * width + max(0, column - 1)...other * width + min(width - 1, column + 1) {
                switch gradeOfValue[Int(labels.values[beside])] {
                case .white: touchesWhite = true
                case .black: touchesBlack = true
                case .between where !isSeen[beside]:
                    isSeen[beside] = true
                    patch.append(beside)
                case .between: break
                }
            }
        }
    }
}
