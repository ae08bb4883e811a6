import Imaging
import Media

/// The images of a benchmark's folder.
struct DLCPictures: Sendable {
    private let images: String

    /// - Parameter folder: the benchmark's folder, with `images/`.
    init(folder: String) { images = folder + "/images" }

    func path(of region: DLCAnnotations.Region) -> String { images + "/" + region.picture.file }

    /// The image of a region.
    /// - Throws: `InputError` if it is missing, damaged or of another size than in the annotations.
    func picture(of region: DLCAnnotations.Region) throws -> RGBImage {
        let path = path(of: region), size = region.picture.size
        let picture = try InputError.translating { try ImageDecoder.rgb(path: path) }
        guard picture.width == size.width, picture.height == size.height else {
            throw InputError(
                .invalid, path, found: "a picture of \(picture.width)x\(picture.height)", expected: "\(size) as annotations.json has it")
        }
        return picture
    }
}
