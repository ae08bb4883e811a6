import DAMVideo
import Files
import Imaging

/// Captions the regions of a benchmark's images into a file of outputs, which is written after each caption, so that an
/// interrupted run can resume.
package struct DLCCaptioning {
    /// Queries of the published models.
    package enum Query {
        /// The image model's, used for the published scores.
        package static let image = "<image>\nDescribe the masked region in detail."
        /// That of the joint model for images and videos.
        package static let joint = "Image: <image>\nGiven the image above, describe the object in the masked region."
    }

    private let regions: [DLCAnnotations.Region]
    private let pictures: DLCPictures
    /// The shard of the regions to caption; nil for all.
    private let shard: Shard?
    private var outputs: DLCOutputs

    /// - Parameters:
    ///   - folder: the benchmark's folder, with `annotations.json` and `images/`.
    ///   - outputs: file for the captions; an existing one is resumed.
    ///   - query: the question, with `<image>` in place of the image.
    ///   - shard: shard of the regions; nil for all.
    /// - Throws: `InputError` for a missing file, or captions of another query.
    package init(folder: String, outputs path: String, query: String, shard: Shard? = nil) throws {
        self.shard = shard
        regions = try DLCAnnotations(path: folder + "/annotations.json").regions
        pictures = DLCPictures(folder: folder)
        outputs = try FileStatus(path) == nil ? DLCOutputs(path: path, query: query) : DLCOutputs(path: path)
        if let found = outputs.query ?? (outputs.captions.isEmpty ? nil : "none"), found != query {
            throw InputError(
                .outputExists, path, found: "captions of the query \(found.debugDescription)",
                expected: "\(query.debugDescription), or another file")
        }
        try OutputFile.check(path, overwrites: true)
    }

    /// Captions the regions without a caption.
    /// - Parameters:
    ///   - describe: captions a region of an image.
    ///   - progress: called before each region with the number done and the total; an error it throws ends the run.
    /// - Throws: `InputError` for a missing or invalid image or mask, and what `describe` throws.
    package mutating func run(
        describe: (RGBImage, Mask) throws -> String, progress: (Int, Int) throws -> Void = { _, _ in }
    ) throws {
        let claim = try OutputClaim(outputs.path)
        defer { withExtendedLifetime(claim) {} }
        var opened: (file: String, picture: RGBImage)?
        let order = regions.map(\.key), own = shard?.share(of: regions) ?? regions
        for (place, region) in own.enumerated() where outputs.caption(of: region.key) == nil {
            try progress(place, own.count)
            if opened?.file != region.picture.file { opened = (region.picture.file, try pictures.picture(of: region)) }
            guard let picture = opened?.picture else { continue }
            let caption = try describe(picture, region.mask().mask)
            try outputs.add(caption, for: region.key, order: order)
        }
        // A shard without regions still gets a file.
        if own.isEmpty, FileStatus(outputs.path) == nil { try outputs.save(order: order) }
        try progress(own.count, own.count)
    }
}
