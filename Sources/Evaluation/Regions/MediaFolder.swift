import Files
import Imaging

/// A folder of the images or clips named in annotations.
package struct MediaFolder {
    private let folder: String
    private var inner: [String]?

    /// - Throws: `InputError` if there is no such folder.
    package init(_ folder: String) throws {
        guard let status = FileStatus(folder) else { throw InputError(.notFound, "\(folder): no such folder") }
        guard status.isFolder else { throw InputError(.invalid, folder, found: "a file", expected: "a folder with pictures or clips") }
        self.folder = folder
    }

    /// The path of a file: as named in the annotations, by its base name in the folder, or in one of its subfolders (COCO's
    /// `train2017` and `val2017`, the packages of HC-STVG).
    /// - Parameters:
    ///   - file: the name in the annotations.
    ///   - place: position of the name in the annotations, for messages.
    /// - Throws: `InputError` for a file that is missing, or found in two folders.
    package mutating func path(of file: String, place: String) throws -> String {
        let name = file.split(separator: "/").last.map(String.init) ?? file
        if let direct = ["\(folder)/\(file)", "\(folder)/\(name)"].first(where: { FileStatus($0) != nil }) { return direct }
        let folders = inner ?? (folderNames(folder) ?? []).sorted().map { "\(folder)/\($0)" }.filter { FileStatus($0)?.isFolder ?? false }
        inner = folders
        let found = folders.map { "\($0)/\(name)" }.filter { FileStatus($0) != nil }
        guard let path = found.first else {
            throw InputError(.notFound, "\(folder)/\(file): no such file, nor \(name) in a folder of \(folder) (\(place))")
        }
        guard found.count == 1 else {
            throw InputError(.usage, place, found: "\(found[0]) and \(found[1])", expected: "one \(name); name its folder")
        }
        return path
    }
}
