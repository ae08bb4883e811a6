/// A point of a prompt, in pixels of the model's input.
package struct PromptPoint: Sendable, Equatable {
    package enum Label: Sendable {
        /// The padding point, given in a clip for a prompt without points. Its position does not matter.
        case none
        case background
        case foreground
        case boxTopLeft
        case boxBottomRight
    }

    package let x: Float
    package let y: Float
    package let label: Label

    package init(x: Float, y: Float, label: Label) {
        self.x = x
        self.y = y
        self.label = label
    }

    /// The padding point.
    package static let none = PromptPoint(x: 0, y: 0, label: .none)
}
