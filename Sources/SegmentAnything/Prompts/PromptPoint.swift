/// A point of a prompt, in pixels of the picture the model sees.
package struct PromptPoint: Sendable, Equatable {
    package enum Label: Sendable {
        /// No point at all: what a prompt without points is given in a clip. Its place does not matter.
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

    /// A point that is none.
    package static let none = PromptPoint(x: 0, y: 0, label: .none)
}
