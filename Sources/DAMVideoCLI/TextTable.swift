/// Formats rows of text in columns of fixed widths.
struct TextTable {
    /// A column and its width in characters. At least one space separates an overlong cell from the next.
    enum Column {
        /// Left-aligned.
        case left(Int)
        /// Right-aligned.
        case right(Int)
    }

    /// Spaces before each row.
    var indentation = 0
    /// The last column can be omitted if it is left-aligned.
    let columns: [Column]

    /// A row without a line break or trailing padding.
    func row(_ cells: [String]) -> String {
        var text = String(repeating: " ", count: indentation)
        for (index, cell) in cells.enumerated() {
            let column = columns.indices.contains(index) ? columns[index] : .left(0)
            switch column {
            case .left(let width):
                text += cell
                if index < cells.count - 1 { text += padding(width, cell) }
            case .right(let width):
                text += padding(width, cell) + cell
            }
        }
        return text
    }

    func row(_ cells: String...) -> String { row(cells) }

    private func padding(_ width: Int, _ cell: String) -> String { String(repeating: " ", count: max(1, width - cell.count)) }
}
