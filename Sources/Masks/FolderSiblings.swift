import Foundation
import Imaging

extension MaskPlace {
    /// Number of sibling folders to inspect.
    private static let lookedInto = 8

    /// Refuses a folder named like the clip that may hold one object among others: all siblings have images of one object and one
    /// size, and are named by numbers or have the same frames.
    /// - Throws: `MaskError` in that case.
    static func checkSiblings(of found: String, in listing: FolderListing) throws {
        let own = URL(filePath: found).standardizedFileURL.path
        func path(_ name: String) -> String { URL(filePath: listing.file(name)).standardizedFileURL.path }
        let names = listing.folders.filter { holdsPictures(listing.file($0)) }
        guard names.count > 1, names.contains(where: { path($0) == own }) else { return }
        let folders = [own] + names.map(path).filter { $0 != own }.prefix(lookedInto)
        let pictures = try folders.map { try FolderListing(path: $0).files(withExtension: "png") }
        guard names.allSatisfy({ Int($0) != nil }) || pictures.allSatisfy({ $0 == pictures[0] }) else { return }
        var sizes: Set<PictureSize> = []
        for (folder, names) in zip(folders, pictures) {
            for name in names.prefix(2) {
                // The reader reports damaged files.
                guard let (size, isOneObject) = try? look(at: folder + "/" + name) else { continue }
                guard isOneObject else { return }
                sizes.insert(size)
            }
        }
        guard sizes.count == 1 else { return }
        let name = FileNames.lastPart(found)
        throw MaskError(
            path: listing.path, found: "\(name), named like the clip, among \(names.count) folders with masks of one object each",
            expected: "\(found) for the masks of that folder alone, or --masks-format per-object-png for an object in each folder")
    }

    /// Reads an image's size and whether it shows at most one object.
    private static func look(at path: String) throws -> (size: PictureSize, isOneObject: Bool) {
        let file = MaskFile(frame: 0, path: path)
        if let scan = try? MaskFileScan.labels(of: file) {
            return (scan.size, scan.values.reading != .objects || Set(scan.regions.map(\.value)).subtracting([254, 255]).count < 2)
        }
        let scan = try ColourFolderReader.scan(file)
        return (scan.size, scan.regions.count < 2 || ColourShades.tally(scan.regions).reading != .objects)
    }
}
