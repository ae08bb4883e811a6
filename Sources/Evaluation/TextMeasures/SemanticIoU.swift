/// Words that a caption shares with a class name, over all words of both. Source: Yuan et al., "Osprey: pixel understanding with
/// visual instruction tuning" (CVPR 2024), section 4.
package enum SemanticIoU {
    /// Signs that separate words.
    private static let separators: Set<Character> = ["_", ":", ",", "."]

    /// - Parameter caption: of which only what follows the first colon counts, if it has one.
    package static func score(caption: String, name: String) -> Double {
        let text = caption.firstIndex(of: ":").map { caption[caption.index(after: $0)...] } ?? caption[...]
        let said = words(text), expected = words(name[...])
        let all = said.union(expected)
        return all.isEmpty ? 0 : Double(said.intersection(expected).count) / Double(all.count)
    }

    private static func words(_ text: Substring) -> Set<String> {
        Set(PythonText.words(String(text.lowercased().map { separators.contains($0) ? " " : $0 })))
    }
}
