import Files
import Foundation
import Imaging

/// Expansion of file patterns, for programs started without a shell.
package enum FilePattern {
    /// The matching files without duplicates, sorted within each pattern.
    /// - Throws: `InputError` for a missing file, and a pattern that matches nothing.
    package static func files(_ patterns: [String]) throws -> [String] {
        var files: [String] = []
        for pattern in patterns {
            let found = FileStatus(pattern) != nil ? [pattern] : matches(pattern)
            guard !found.isEmpty else {
                throw InputError(.notFound, "\(pattern): found no file, expected one" + (isPattern(pattern) ? " at least" : ""))
            }
            for file in found where !files.contains(file) { files.append(file) }
        }
        return files
    }

    private static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    private static func matches(_ pattern: String) -> [String] {
        guard isPattern(pattern) else { return [] }
        var found = glob_t()
        defer { globfree(&found) }
        guard pattern.withPath({ glob($0, 0, nil, &found) }) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { place in
            found.gl_pathv[place].map { String(path: Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
        }.sorted()
    }
}
