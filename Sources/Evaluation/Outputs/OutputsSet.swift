import Imaging

/// The regions of a published data set, checked for validity and unique names.
package struct OutputsSet: Sendable {
    package let task: OutputsTask
    package let path: String
    package let regions: [OutputsRegion]
    /// Empty regions, which are left out.
    package let empty: [String]

    /// - Parameters:
    ///   - path: the annotations: a file, or the folder of Flickr30k Entities.
    ///   - text: keeps regions of images whose names contain it; nil for all.
    ///   - count: upper bound on the regions, taken from the start; nil for all.
    /// - Throws: `InputError` for missing or invalid annotations.
    package init(_ task: OutputsTask, path: String, namesWith text: String? = nil, first count: Int? = nil) throws {
        let all: [OutputsRegion]
        switch task {
        case .dlc: all = try DLCAnnotations(path: path).regions.map { try OutputsRegion($0) }
        case .lvis, .paco: all = try KeywordRegions.read(path)
        case .flickr: all = try FlickrRegions.read(path)
        case .refl4: all = try RefL4Regions.read(path)
        case .hcstvg: all = try HCSTVGRegions.read(path)
        case .videorefer: all = try VideoReferRegions.read(path)
        }
        let kept = all.filter { region in text.map { region.file.contains($0) } ?? true }
        guard !kept.isEmpty else {
            let found = all.isEmpty ? "no region" : "no picture with \"\(text ?? "")\" in its name"
            throw InputError(.invalid, path, found: found, expected: "some regions")
        }
        var keys: Set<String> = []
        for region in all where !keys.insert(region.key).inserted {
            throw InputError(.invalid, region.place, found: "region \(region.key) twice", expected: "each region once")
        }
        let visible = try kept.prefix(count ?? .max).map { (region: $0, frames: try $0.visible()) }
        (self.task, self.path) = (task, path)
        regions = visible.filter { !$0.frames.isEmpty }.map(\.region)
        empty = visible.filter { $0.frames.isEmpty }.map(\.region.key)
        guard !regions.isEmpty else { throw InputError(.invalid, path, found: "no region with a pixel", expected: "some") }
    }

    /// The references as read by `evaluate texts` and other programs: a text or a list of texts by region.
    /// - Throws: `InputError` for annotations without references.
    package func references() throws -> OrderedJSON {
        var object = OrderedObject()
        for region in regions {
            guard let first = region.references.first else {
                throw InputError(
                    .invalid, region.place, found: "no reference for region \(region.key)", expected: "one, or no --references")
            }
            object[region.key] = region.references.count == 1 ? .string(first) : .array(region.references.map { .string($0) })
        }
        return .object(object)
    }
}
