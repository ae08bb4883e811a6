import Files
import Foundation
import Tensors

extension OnnxTensor {
    /// The tensor's bytes in an external data file.
    /// - Parameter count: number of bytes according to type and shape.
    /// - Throws: `CheckpointError` if the file is outside the model's folder, unreadable or too short.
    func externalBytes(file model: String, count: Int) throws -> ArraySlice<UInt8> {
        func error(found: String, expected: String) -> CheckpointError {
            CheckpointError(file: model, subject: "external data of tensor \(name)", found: found, expected: expected)
        }
        guard let location = external["location"], !location.isEmpty else {
            throw error(found: "no location", expected: "the name of a file beside the model")
        }
        let folder = (model as NSString).deletingLastPathComponent, path = (folder.isEmpty ? "." : folder) + "/" + location
        guard !location.hasPrefix("/"), !location.split(separator: "/").contains(".."), !location.utf8.contains(0) else {
            throw error(found: location, expected: "a file in the model's folder")
        }
        guard let real = Self.realPath(path), let realFolder = Self.realPath(folder.isEmpty ? "." : folder) else {
            throw error(found: "no file \(location)", expected: "it in the model's folder, where the model was exported to")
        }
        guard real.hasPrefix(realFolder == "/" ? "/" : realFolder + "/") else {
            throw error(found: location, expected: "a file in the model's folder")
        }
        func number(_ key: String, _ fallback: Int) throws -> Int {
            guard let text = external[key] else { return fallback }
            guard let number = Int(text), number >= 0 else { throw error(found: "\(key) \(text)", expected: "a number of bytes") }
            return number
        }
        let offset = try number("offset", 0), length = try number("length", count)
        guard length == count else { throw error(found: "\(length) bytes", expected: "\(count), as its shape \(shape) says") }
        // Checks the size first, so that a truncated file is not read.
        guard let status = FileStatus(real), status.isRegular, offset <= status.size, count <= status.size - offset else {
            throw error(found: "\(location), which ends before byte \(offset) + \(count)", expected: "a file with all of them")
        }
        guard let handle = openFile(real), (try? handle.seek(toOffset: UInt64(offset))) != nil,
            let data = try? handle.read(upToCount: count), data.count == count
        else { throw error(found: "\(location), which cannot be read", expected: "a readable file") }
        return Array(data)[...]
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = path.withPath({ realpath($0, nil) }) else { return nil }
        defer { free(real) }
        return String(path: Array(UnsafeRawBufferPointer(start: real, count: strlen(real))))
    }
}
