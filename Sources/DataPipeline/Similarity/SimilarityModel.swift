import DescribeAnything
import Evaluation
import Imaging

/// Similarity of a region's image and its caption, by SigLIP.
package struct SimilarityModel {
    /// Minimum side of a region's crop in pixels: a smaller box is enlarged, because little more than interpolation would be
    /// left.
    private static let leastSide = 48

    private let model: SiglipModel
    let digest: String

    struct Similarity {
        let cosine: Double
        let probability: Double
    }

    /// - Parameter directory: a complete checkpoint.
    /// - Throws: `InputError` if it is not usable.
    package init(directory: String) throws {
        model = try InputError.translating { try SiglipModel(directory: directory) }
        digest = try ContentDigest.of(model: directory)
    }

    /// Similarity of a record's region and the first sentence of its caption, averaged over frames. Nil without a caption.
    /// - Throws: `InputError` if its images cannot be read.
    func similarity(of record: Record, _ media: RegionMedia) throws -> Similarity? {
        guard let caption = try record.captions().first?.text, !caption.isEmpty else { return nil }
        let text = model.embedding(of: CaptionText(caption).sentences.first ?? caption)
        var cosine = 0.0, probability = 0.0, count = 0.0
        try media.read([(record, record.masks())]) { _, _, picture, mask in
            guard let box = mask.boundingBox else { return }
            let whole = BoundingBox(left: 0, top: 0, width: picture.width, height: picture.height)
            let missing = max(0, Self.leastSide - min(box.width, box.height))
            let crop = picture.cropped(to: box.grown(by: (missing + 1) / 2, within: whole) ?? whole)
            let found = model.likeness(model.embedding(of: crop), text)
            (cosine, probability, count) = (cosine + found.cosine, probability + found.probability, count + 1)
        }
        return count > 0 ? Similarity(cosine: cosine / count, probability: probability / count) : nil
    }
}
