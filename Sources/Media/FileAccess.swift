import Files
import Foundation
import Imaging

/// Distinguishes a missing or unreadable file from one with wrong content, before FFmpeg opens it.
func checkReadable(_ path: String) throws {
    guard let status = FileStatus(path) else { throw VideoError.missing(path: path) }
    guard !status.isFolder else { throw VideoError.invalid(path: path, found: "a folder", expected: "a file") }
    guard !status.isPipe else {
        throw VideoError.invalid(path: path, found: "a pipe", expected: "a file, or - for a video on standard input")
    }
    guard path.withPath({ access($0, R_OK) }) == 0 else { throw VideoError.unreadable(path: path, reason: "permission denied") }
    guard status.size != 0 else { throw VideoError.invalid(path: path, found: "an empty file", expected: "a video or picture") }
}

/// The bytes of a file that starts with `signature`; otherwise nil, without reading on.
/// - Throws: `VideoError` if the file is missing, unreadable, or larger than `maximum` bytes.
func readFile(_ path: String, startingWith signature: [UInt8], maximum: Int) throws -> [UInt8]? {
    try checkReadable(path)
    guard let file = openFile(path) else {
        throw VideoError.unreadable(path: path, reason: "cannot be opened")
    }
    do {
        let start = try file.read(upToCount: signature.count) ?? Data()
        guard start.elementsEqual(signature) else { return nil }
        let rest = try file.read(upToCount: maximum) ?? Data()
        guard rest.count < maximum else {
            throw VideoError.invalid(path: path, found: "more than \(maximum) bytes", expected: "a picture")
        }
        return Array(start + rest)
    } catch let error as VideoError {
        throw error
    } catch {
        throw VideoError.readFailed(path: path, reason: error.localizedDescription)
    }
}
