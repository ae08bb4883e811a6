import Imaging
import Media

/// The images or clips of a data set on disk.
package struct OutputsMedia: Sendable {
    private let task: OutputsTask
    /// Keyed by the name in the annotations.
    private let paths: [String: String]

    /// - Throws: `InputError` for a file that is missing, or found in two folders.
    package init(_ set: OutputsSet, folder: String) throws {
        var media = try MediaFolder(folder), paths: [String: String] = [:]
        for region in set.regions where paths[region.file] == nil {
            paths[region.file] = try media.path(of: region.file, place: region.place)
        }
        (task, self.paths) = (set.task, paths)
    }

    /// Paths of all files, which must not be overwritten.
    package var files: [String] { paths.values.sorted() }

    /// A region in its image, or in some frames of its clip, sampled evenly from those that show it.
    /// - Parameter count: upper bound on the frames.
    /// - Returns: distinct frames, ascending.
    /// - Throws: `InputError` for a damaged file, or one whose size or number of frames does not fit the masks.
    func pictures(of region: OutputsRegion, count: Int) throws -> [RegionPicture] {
        let path = paths[region.file] ?? region.file
        return try InputError.translating {
            guard task.isOfClips else {
                let picture = try ImageDecoder.rgb(path: path)
                return [try Self.shown(picture, region, region.shapes[0].shape, path)]
            }
            return try frames(of: region, path, count)
        }
    }

    private func frames(of region: OutputsRegion, _ path: String, _ count: Int) throws -> [RegionPicture] {
        let clip = try VideoClip(path: path), shapes = Dictionary(region.shapes.map { ($0.frame, $0.shape) }, uniquingKeysWith: { $1 })
        try Self.check(clip.info.size, region, path)
        let wanted = Set(FrameSampler.frames(.track, visible: try region.visible(), frameCount: 0, count: count))
        let frames = try clip.frames(wanted)
        var pictures: [RegionPicture] = [], last: Int?
        while let frame = try frames.next() {
            guard let shape = shapes[frame.index] else { continue }
            pictures.append(try Self.shown(try frame.image(), region, shape, path))
            last = frame.index
        }
        guard pictures.count == wanted.count else {
            let missing = wanted.filter { $0 > last ?? -1 }.min() ?? 0
            throw InputError(
                .invalid, path, found: "no frame \(missing)", expected: "it, as \(region.place) has a region in it (frames count from 0)")
        }
        return pictures
    }

    private static func shown(_ picture: RGBImage, _ region: OutputsRegion, _ shape: RegionShape, _ path: String) throws -> RegionPicture {
        let size = PictureSize(width: picture.width, height: picture.height)
        try check(size, region, path)
        guard let shown = RegionPicture(picture, try shape.runs(in: size).mask) else {
            throw InputError(.invalid, region.place, found: "a region without a pixel in \(path)", expected: "one that is to be seen")
        }
        return shown
    }

    private static func check(_ size: PictureSize, _ region: OutputsRegion, _ path: String) throws {
        guard let expected = region.size, expected != size else { return }
        throw InputError(.invalid, path, found: "\(size) pixels", expected: "\(expected), as \(region.place) has it")
    }
}
