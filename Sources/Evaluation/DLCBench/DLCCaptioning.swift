import DAMVideo
import Files
import Imaging

/// Captions the regions of a benchmark's pictures into a file of outputs, which is written after each: a run that was ended
/// goes on where it was.
package struct DLCCaptioning {
    /// Queries of the published models.
    package enum Query {
        /// The image model's, as the published figures were made.
        package static let image = "<image>\nDescribe the masked region in detail."
        /// That of the model for pictures and videos.
        package static let joint = "Image: <image>\nGiven the image above, describe the object in the masked region."
    }

    private let regions: [DLCAnnotations.Region]
    private let pictures: DLCPictures
    /// The share of the regions that is captioned; nil for all.
    private let shard: Shard?
    private var outputs: DLCOutputs

    /// - Parameters:
    ///   - folder: the benchmark's, with `annotations.json` and `images/`.
    ///   - outputs: file of captions, new or begun.
    ///   - query: the model's question, with `<image>` where the picture goes.
    ///   - shard: share of the regions; nil for all.
    /// - Throws: `InputError` for a file that is missing, or has captions of another query.
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

    /// Captions what is missing.
    /// - Parameters:
    ///   - describe: makes a caption of a region of a picture.
    ///   - progress: called before each region with the number of those done and of all; what it throws ends the run.
    /// - Throws: `InputError` for a picture or a mask that is missing or bad, and what `describe` throws.
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
        // A shard without a region has a file all the same.
        if own.isEmpty, FileStatus(outputs.path) == nil { try outputs.save(order: order) }
        try progress(own.count, own.count)
    }
}
