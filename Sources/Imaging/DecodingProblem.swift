/// A short description of a decoding error: "no Int at tracks.0.id".
package func briefly(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : " at " + path.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case DecodingError.dataCorrupted(let context): return "no valid JSON" + place(context.codingPath)
    case DecodingError.keyNotFound(let key, let context): return "\(key.stringValue) missing" + place(context.codingPath)
    case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
        return "no \(type)" + place(context.codingPath)
    default: return "no valid JSON"
    }
}
