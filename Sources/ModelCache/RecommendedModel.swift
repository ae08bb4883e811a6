/// A model known to work with damvideo, with a short name.
package struct RecommendedModel: Sendable {
    package let shortName: String
    package let name: ModelName
    package let kind: ModelKind
    /// Approximate bytes of the files needed.
    package let size: Int
    package let licence: ModelLicence
    package let purpose: String

    private init?(
        _ shortName: String, _ name: String, _ kind: ModelKind, megabytes: Int, _ licence: ModelLicence, _ purpose: String
    ) {
        guard let name = ModelName(name) else { return nil }
        (self.shortName, self.name, self.kind, self.licence, self.purpose) = (shortName, name, kind, licence, purpose)
        size = megabytes * 1_000_000
    }

    private static let nvidia = ModelLicence(
        name: "NVIDIA non-commercial licence", link: "https://huggingface.co/nvidia/DAM-3B-Video", isNonCommercial: true)
    private static let apache = ModelLicence(name: "apache-2.0", link: nil, isNonCommercial: false)

    /// Grouped by kind, the default of each kind first.
    package static let all: [RecommendedModel] = [
        RecommendedModel(
            "dam-3b-video", "nvidia/DAM-3B-Video", .describeAnything, megabytes: 6700, nvidia, "captions of objects in clips and pictures"),
        RecommendedModel("dam-3b", "nvidia/DAM-3B", .describeAnything, megabytes: 6700, nvidia, "captions of objects in pictures only"),
        RecommendedModel(
            "sam2.1-tiny", "facebook/sam2.1-hiera-tiny", .segmentAnything, megabytes: 156, apache,
            "masks from clicks and boxes, the fastest"),
        RecommendedModel(
            "sam2.1-small", "facebook/sam2.1-hiera-small", .segmentAnything, megabytes: 184, apache, "masks from clicks and boxes"),
        RecommendedModel(
            "sam2.1-base-plus", "facebook/sam2.1-hiera-base-plus", .segmentAnything, megabytes: 324, apache,
            "masks from clicks and boxes, finer edges"),
        RecommendedModel(
            "sam2.1-large", "facebook/sam2.1-hiera-large", .segmentAnything, megabytes: 898, apache,
            "masks from clicks and boxes, the best and slowest"),
        RecommendedModel(
            "rf-detr-seg-nano", "Roboflow/rf-detr-seg-nano", .rfDetr, megabytes: 134, apache,
            "finds objects of 80 classes with masks, the fastest"),
        RecommendedModel(
            "rf-detr-seg-small", "Roboflow/rf-detr-seg-small", .rfDetr, megabytes: 135, apache, "finds objects of 80 classes with masks"),
        RecommendedModel(
            "rf-detr-seg-medium", "Roboflow/rf-detr-seg-medium", .rfDetr, megabytes: 143, apache,
            "finds objects of 80 classes with masks, more of the small ones"),
    ].compactMap(\.self)

    /// - Parameter shortName: case-insensitive.
    package static func named(_ shortName: String) -> RecommendedModel? { byShortName[shortName.lowercased()] }

    /// The recommended model with a name on the hub.
    package static func of(_ name: ModelName) -> RecommendedModel? { all.first { $0.name == name.model } }

    private static let byShortName = Dictionary(all.map { ($0.shortName, $0) }) { first, _ in first }
}
