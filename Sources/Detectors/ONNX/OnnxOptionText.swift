import Imaging

extension OnnxDetector.Options {
    /// Parses the user's options.
    /// - Parameters:
    ///   - family: the raw value of a `DetectorFamily`; nil to recognise it.
    ///   - input: any of a size such as `640x480`, a `PictureFit`, `rgb` or `bgr`, `0-1` or `0-255`, separated by commas.
    /// - Throws: `InputError` of category `usage` that lists the possible values.
    package init(family: String?, input: String?) throws {
        self.init()
        self.family = try family.map { name in
            guard let family = DetectorFamily(rawValue: name) else {
                let known = DetectorFamily.allCases.map(\.rawValue).joined(separator: ", ")
                throw InputError(.usage, "detector-family \(name): expected one of \(known)")
            }
            return family
        }
        for word in (input ?? "").split(separator: ",") { try set(word.lowercased()) }
    }

    private mutating func set(_ word: String) throws {
        switch word {
        case "rgb", "bgr": isBGR = word == "bgr"
        case "0-1", "0-255": largest = word == "0-1" ? 1 : 255
        default:
            if let fit = PictureFit(rawValue: word) {
                self.fit = fit
            } else if let size = Self.size(word) {
                self.size = size
            } else {
                throw InputError(
                    .usage, "detector-input \(word): expected a size such as 640x480, "
                        + PictureFit.allCases.map(\.rawValue).joined(separator: ", ") + ", rgb, bgr, 0-1 or 0-255")
            }
        }
    }

    private static func size(_ word: String) -> PictureSize? {
        let numbers = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...1 << 13).contains(width),
            (1...1 << 13).contains(height)
        else { return nil }
        return PictureSize(width: width, height: height)
    }
}
