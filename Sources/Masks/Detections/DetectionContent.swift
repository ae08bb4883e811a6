import Files
import Imaging

/// The layout of a file or folder of detections, told by its content.
struct DetectionContent {
    let path: String
    let format: DetectionFormat
    let isFolder: Bool
    private let read: MaskDocument?

    /// Place of detections in a sequence's folder of MOTChallenge.
    private static let known = ["det/det.txt", "det.txt", "gt/gt.txt", "gt.txt"]

    /// - Parameter forced: the layout somebody says it has; nil to find out.
    /// - Throws: `MaskError` when there is nothing, or it fits no layout, or two.
    init(path: String, forced: DetectionFormat?) throws {
        guard let status = FileStatus(path) else { throw MaskError(path: path, reason: .missing) }
        let place = status.isFolder ? Self.place(in: path) : path
        self.path = place ?? path
        isFolder = status.isFolder && place == nil
        read = isFolder ? nil : try MaskDocument(path: place ?? path)
        if let forced {
            format = forced
        } else if let read {
            format = try Self.format(of: read)
        } else {
            throw Self.unknown(path, "a folder")
        }
    }

    /// The file's content.
    func document() throws -> MaskDocument { try read ?? MaskDocument(path: path) }

    private static func place(in folder: String) -> String? {
        guard let listing = try? FolderListing(path: folder) else { return nil }
        return known.map(listing.file).first { FileStatus($0)?.isRegular ?? false }
    }

    private static func format(of document: MaskDocument) throws -> DetectionFormat {
        var first: ArraySlice<UInt8>?
        document.forEachRow { _, line in first = first ?? line }
        guard let first else { throw unknown(document.path, "an empty file") }
        let fields = first.row.map { Double(String(decoding: $0.prefix(32), as: UTF8.self)) }
        if fields.count >= 6, fields.prefix(6).allSatisfy({ $0 != nil }) { return .motChallenge }
        throw unknown(document.path, "a file of another kind")
    }

    private static func unknown(_ path: String, _ found: String) -> MaskError {
        MaskError(
            path: path, found: found,
            expected: "detections as \(DetectionFormat.allCases.map(\.rawValue).joined(separator: ", ")) (--detections-format)")
    }
}
