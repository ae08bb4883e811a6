/// The licence of a model's weights.
package struct ModelLicence: Sendable, Equatable {
    /// A hub identifier such as `apache-2.0`, or the name in the model card.
    package let name: String
    package let link: String?
    package let isNonCommercial: Bool

    package init(name: String, link: String?, isNonCommercial: Bool) {
        (self.name, self.link, self.isNonCommercial) = (name, link, isNonCommercial)
    }

    /// Reads the licence from a model card.
    /// - Parameters:
    ///   - identifier: the card's `license`.
    ///   - name: the card's `license_name`, present if the identifier is `other`.
    /// - Returns: nil if the card has none.
    package init?(identifier: String?, name: String?, link: String?) {
        guard let text = [name, identifier].compactMap(\.self).first(where: { !$0.isEmpty }) else { return nil }
        let letters = "\(identifier ?? "") \(name ?? "") \(link ?? "")".lowercased()
        let words = letters.split { !$0.isLetter && !$0.isNumber }
        self.init(
            name: text, link: link,
            isNonCommercial: words.contains("nc") || letters.filter(\.isLetter).contains("noncommercial"))
    }
}
