import Evaluation

/// The maker of captions, as records and meta files name it: captions of another are not gone on with.
package struct CaptionerIdentity: Sendable {
    package let json: OrderedObject

    /// - Parameters:
    ///   - facts: all that the captions depend on.
    ///   - note: licence of the captions, or other things to know of them; it goes along to the exported data.
    package init(_ facts: OrderedObject, note: String?) {
        var json = facts
        json["hash"] = .string(ContentDigest.of(String(decoding: PythonJSON.line(.object(facts)), as: UTF8.self)))
        json["note"] = note.map { .string($0) } ?? .null
        self.json = json
    }
}
