import Foundation

/// A file name `<frame>_mask_<object>.png`.
struct ObjectFileName {
    let frame: Int
    let object: TrackID
    /// Part of the name before the object's id.
    let prefix: Substring
    /// The object's id as written.
    private let objectName: String

    /// - Returns: nil for other names.
    init?(_ name: String) {
        guard name.lowercased().hasSuffix(".png"), let mark = name.range(of: "_mask_", options: .backwards) else { return nil }
        prefix = name[..<mark.lowerBound]
        objectName = String(name[mark.upperBound...].dropLast(4))
        guard let frame = MaskFolder.frameNumber(in: String(prefix)), !objectName.isEmpty else { return nil }
        self.frame = frame
        object = Int32(objectName).map { .number(Int($0)) } ?? .name(objectName)
    }

    /// True if files are named this way. `clip1_mask_00000.png`, `clip1_mask_00001.png` are not: the differing number is a
    /// frame's, with four digits or more, and the part before it ends in a number of at most two digits.
    static func areUsed(in names: [String]) -> Bool {
        let found = names.compactMap(ObjectFileName.init)
        guard found.count > 1, found.count == names.count else { return !found.isEmpty }
        let isSeries = Set(found.map(\.prefix)).count == 1 && found[0].prefix.reversed().prefix(while: \.isNumber).count <= 2
            && found.allSatisfy { $0.objectName.count >= 4 && Int($0.objectName) != nil }
        return !isSeries
    }
}
