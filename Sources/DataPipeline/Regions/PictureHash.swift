import Files
import Foundation
import Imaging
import Media

/// Difference hash of an image, 64 bits: whether each of 8 by 8 grey cells is brighter than its right neighbour in a 9 by 8 grid.
/// Resized or recompressed copies differ in few bits.
package enum PictureHash {
    private static let columns = 9, rows = 8

    package static func of(_ picture: RGBImage) -> UInt64 {
        var sums = [Double](repeating: 0, count: columns * rows), counts = [Double](repeating: 0, count: columns * rows)
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let cell = row * rows / picture.height * columns + column * columns / picture.width
                let start = (row * picture.width + column) * 3, pixels = picture.pixels
                sums[cell] += 0.299 * Double(pixels[start]) + 0.587 * Double(pixels[start + 1]) + 0.114 * Double(pixels[start + 2])
                counts[cell] += 1
            }
        }
        let cells = zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
        var hash: UInt64 = 0
        for row in 0..<rows {
            for column in 0..<columns - 1 {
                hash = hash << 1 | (cells[row * columns + column] > cells[row * columns + column + 1] ? 1 : 0)
            }
        }
        return hash
    }

    package static func text(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Images that must not be used for training, such as a benchmark's, given by a folder or a text file of hashes.
package struct ExcludedPictures {
    /// Maximum distance in bits between difference hashes of similar images. A larger value finds more copies, but also more
    /// images that only look alike.
    private static let alike = 6
    private static let endings: Set = ["jpg", "jpeg", "png", "webp", "bmp", "ppm", "tif", "tiff", "gif"]

    private var contents: Set<String> = []
    private var pictures: [UInt64] = []

    /// - Parameter paths: folders of images, and text files with SHA-256 hashes (64 digits) and difference hashes (16 digits).
    /// - Throws: `InputError` for a missing path or an invalid line.
    package init(_ paths: [String]) throws {
        for path in paths {
            guard let status = FileStatus(path) else { throw InputError(.notFound, "\(path): no such folder or file") }
            if status.isFolder { try addFolder(path) } else { try addHashes(path) }
        }
    }

    private mutating func addFolder(_ folder: String) throws {
        for name in (folderNames(folder) ?? []).sorted() {
            let path = folder + "/" + name
            if FileStatus(path)?.isFolder == true {
                try addFolder(path)
            } else if let dot = name.lastIndex(of: "."), Self.endings.contains(name[name.index(after: dot)...].lowercased()) {
                contents.insert(try ContentDigest.of(file: path))
                pictures.append(PictureHash.of(try InputError.translating { try ImageDecoder.rgb(path: path) }))
            }
        }
    }

    private mutating func addHashes(_ path: String) throws {
        let text = String(decoding: fileContents(path) ?? Data(), as: UTF8.self)
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            for word in line.split(whereSeparator: \.isWhitespace) where !line.hasPrefix("#") {
                if word.count == 64, word.allSatisfy(\.isHexDigit) {
                    contents.insert(word.lowercased())
                } else if word.count == 16, let hash = UInt64(word, radix: 16) {
                    pictures.append(hash)
                } else {
                    throw InputError(.invalid, "\(path): line \(number + 1)", found: "\(word)", expected: "64 or 16 hexadecimal digits")
                }
            }
        }
    }

    package var isEmpty: Bool { contents.isEmpty && pictures.isEmpty }

    /// The rule that excludes an image or clip; nil if it may be used. A clip is compared by its first frame.
    /// - Throws: `InputError` if it cannot be read.
    package func rule(for path: String, _ kind: Record.Kind) throws -> String? {
        if FileStatus(path)?.isFolder != true, contents.contains(try ContentDigest.of(file: path)) { return "excluded_equal" }
        guard !pictures.isEmpty else { return nil }
        let picture = try InputError.translating {
            switch kind {
            case .image: return try ImageDecoder.rgb(path: path)
            case .video:
                let clip = try VideoClip(path: path)
                guard let frame = try clip.frames([0]).next() else {
                    throw InputError(.invalid, path, found: "no frame", expected: "one")
                }
                return try frame.image()
            }
        }
        let hash = PictureHash.of(picture)
        return pictures.contains { ($0 ^ hash).nonzeroBitCount <= Self.alike } ? "excluded_alike" : nil
    }
}
