/// Intersection over union of the words of a caption and of a class name. Source: Yuan et al., "Osprey: pixel understanding with
/// visual instruction tuning" (CVPR 2024), section 4.
package enum SemanticIoU {
    /// Word separators besides white space.
    private static let separators: Set<Character> = ["_", ":", ",", "."]

    /// - Parameter caption: if it has a colon, only the text after the first one counts.
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
