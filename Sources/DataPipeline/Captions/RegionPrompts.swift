import Evaluation
import Imaging

/// Prompts for a service that captions regions: own wording on the plan of the paper (arXiv 2504.16072, table A.7).
package struct RegionPrompts: Sendable {
    /// With `{label}`, and `{pictures}` for a sentence about the images.
    let labelled: String
    let unlabelled: String
    /// Hash of the prompts.
    let digest: String

    private static let rules = """
        Write one paragraph that lets a reader draw it: what it is like as a whole, its parts that can be seen, shapes, colours, \
        materials, textures, markings and pose. Say nothing about the background and about other things. If there are several of its \
        kind, write about the one that is pointed out only. If something hides a part of it, write about what can be seen, and do not \
        mention that anything is hidden. If there is writing on it, describe the thing that bears the writing. Do not mention pictures, \
        outlines or masks. Answer with the paragraph alone.
        """

    package static let own = RegionPrompts(
        labelled: "{pictures} Describe the {label} as fully as you can. " + rules,
        unlabelled: "{pictures} Describe the object as fully as you can. " + rules)

    init(labelled: String, unlabelled: String) {
        (self.labelled, self.unlabelled) = (labelled, unlabelled)
        digest = ContentDigest.of(labelled + "\n" + unlabelled)
    }

    /// - Parameter path: JSON with `labelled` (with `{label}`) and `unlabelled`; `{pictures}` in them is replaced by a sentence
    ///   about the images.
    /// - Throws: `InputError` for an invalid file.
    package init(path: String) throws {
        let json = try JSONPlace(file: path, expected: "wordings \"labelled\" and \"unlabelled\""), labelled = try json["labelled"]
        guard try labelled.string().contains("{label}") else { throw labelled.wrong(expected: "a wording with {label}") }
        self.init(labelled: try labelled.string(), unlabelled: try json["unlabelled"].string())
    }

    /// The prompt for a record.
    func words(_ record: Record, _ pictures: RegionPictures) -> String {
        let sentence = pictures.words(isClip: record.kind == .video, name: record.keyword ?? "object")
        guard let keyword = record.keyword else { return unlabelled.replacing("{pictures}", with: sentence) }
        return labelled.replacing("{pictures}", with: sentence).replacing("{label}", with: keyword)
    }
}

/// Images of a region for a service. In the paper's comparison crop and segmented image do best, marks worse.
package struct RegionPictures: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// DAM's focal crop, and the region's box with everything else in one colour.
        case cropAndSegmented = "crop+segmented"
        /// The crop with the region's contour.
        case outline
        /// The crop with the contour and a number.
        case marks
    }

    package enum Fill: String, CaseIterable, Sendable {
        case white, black, grey

        var colour: Colour {
            switch self {
            case .white: Colour(0xFF, 0xFF, 0xFF)
            case .black: Colour(0, 0, 0)
            case .grey: Colour(0x80, 0x80, 0x80)
            }
        }
    }

    package var kind = Kind.cropAndSegmented
    package var fill = Fill.white

    package init() {}

    /// A sentence about the images.
    func words(isClip: Bool, name: String) -> String {
        switch (kind, isClip) {
        case (.cropAndSegmented, false):
            "The first picture shows the \(name) and what is around it, for context only; the second shows the \(name) alone, with all "
                + "else \(fill.rawValue)."
        case (.cropAndSegmented, true):
            "These are frames of a video, in order, as pairs of pictures: the \(name) and what is around it, for context only, and the "
                + "\(name) alone, with all else \(fill.rawValue). Say what it does as well."
        case (.outline, false): "The picture shows the \(name) with a red outline."
        case (.outline, true): "These are frames of a video, in order; each shows the \(name) with a red outline. Say what it does as well."
        case (.marks, false): "The picture shows the \(name), which is marked with the number 1."
        case (.marks, true):
            "These are frames of a video, in order; in each the \(name) is marked with the number 1. Say what it does as well."
        }
    }
}
