import Evaluation

/// Identity of a captioner in records and meta files. An output is not resumed with another captioner.
package struct CaptionerIdentity: Sendable {
    package let json: OrderedObject

    /// - Parameters:
    ///   - facts: everything that the captions depend on.
    ///   - note: licence of the captions, or other remarks, copied to the exported data.
    package init(_ facts: OrderedObject, note: String?) {
        var json = facts
        json["hash"] = .string(ContentDigest.of(String(decoding: PythonJSON.line(.object(facts)), as: UTF8.self)))
        json["note"] = note.map { .string($0) } ?? .null
        self.json = json
    }
}
