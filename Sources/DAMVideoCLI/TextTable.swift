/// Rows of text whose cells stand in columns of fixed widths.
struct TextTable {
    /// A column and its width in characters. At least one space separates a cell that is too wide from its neighbour.
    enum Column {
        /// Text starts at the column's left edge.
        case left(Int)
        /// Text ends at the column's right edge.
        case right(Int)
    }

    /// Spaces before each row.
    var indentation = 0
    /// The last column needs no width if its text starts at the left: it can be left out.
    let columns: [Column]

    /// A row without a line break. Text that starts at the left is not padded at the end of a row.
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
