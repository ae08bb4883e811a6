import Files
import Foundation
import Imaging

/// A multipart upload into the library: files are written as they arrive, and removed unless the upload completes.
///
/// `@unchecked Sendable`: used by one call at a time, from any thread.
final class ClipUpload: @unchecked Sendable {
    let id = ClipID.make()
    private let files: ClipFolder
    private let limit: Int
    private var parser: MultipartParser
    private var received = 0
    private var part: (name: String, file: NewFile?)?
    private var hasFile = false
    private var fileName: String?
    private(set) var masks: String?
    /// Values of the other parts.
    private(set) var fields: [String: Data] = [:]

    /// Upper bound on the bytes of a part that is not a file.
    private static let longestField = 64 << 10

    /// - Parameter limit: upper bound on the bytes of the whole body.
    /// - Throws: `APIError`, `InputError` if the library's folder cannot be written to.
    init(_ library: ClipLibrary, contentType: String, limit: Int) throws {
        parser = MultipartParser(boundary: try MultipartHeaders.boundary(contentType: contentType))
        (files, self.limit) = (library.files(of: id), limit)
        try ClipLibrary.makeFolder(files.path)
    }

    /// Name of the clip: the given one, otherwise that of the file.
    var name: String { UploadContent.name(fields["name"].map { String(decoding: $0, as: UTF8.self) } ?? fileName ?? "") }

    /// Handles the next bytes of the body.
    /// - Throws: `APIError`: 400, 413; `InputError` if they cannot be written.
    func take(_ data: Data) throws {
        received += data.count
        guard received <= limit else { throw APIError.tooLarge(limit: limit) }
        for event in try parser.take(data) { try take(event) }
    }

    /// Checks that the upload is complete.
    /// - Throws: `APIError` 400.
    func finish() throws {
        try parser.finish()
        guard hasFile else { throw APIError(400, "found no part called file in the body, expected a clip", param: "file") }
    }

    /// Removes what was uploaded.
    func discard() {
        part = nil
        try? FileManager.default.removeItem(atPath: files.path)
    }

    private func take(_ event: MultipartParser.Event) throws {
        switch event {
        case .begin(let name, let fileName): try begin(name, fileName)
        case .content(let data):
            guard let part else { return }
            if let file = part.file {
                try OutputFile.translating(files.upload) { try file.handle.write(contentsOf: data) }
            } else {
                fields[part.name, default: Data()].append(data)
                guard fields[part.name, default: Data()].count <= Self.longestField else {
                    throw APIError(413, "\(part.name): found more than \(Self.longestField >> 10) KB, expected less", param: part.name)
                }
            }
        case .end:
            try part?.file?.commit(replaces: false)
            part = nil
        }
    }

    private func begin(_ name: String, _ fileName: String?) throws {
        switch name {
        case "file":
            guard !hasFile else { throw APIError(400, "found two parts called file, expected one clip", param: "file") }
            (hasFile, self.fileName) = (true, fileName)
            part = (name, try NewFile(for: files.upload))
        case "masks":
            guard masks == nil else { throw APIError(400, "found two parts called masks, expected one", param: "masks") }
            let target = UploadContent.maskName(fileName)
            masks = target
            part = (name, try NewFile(for: files.path + "/" + target))
        default:
            fields[name] = Data()
            part = (name, nil)
        }
    }
}
