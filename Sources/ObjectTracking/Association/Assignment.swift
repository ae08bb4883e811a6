/// Optimal one-to-one matching of rows and columns: the rectangular linear assignment problem, solved by shortest augmenting
/// paths in O(n^2 m) for n rows and m columns, n <= m.
///
/// Source: Crouse, On implementing 2D rectangular assignment algorithms, IEEE TAES 52(4), 2016. Ties are resolved like in
/// `scipy.optimize.linear_sum_assignment`.
package struct Assignment {
    /// Matches rows and columns, each at most once, with every cost below `limit`, so that the sum of `limit - cost` over the
    /// pairs is maximal: a row stays unmatched rather than displace another into a pair that is worse by more than its own pair
    /// gains against the limit. (ByteTrack's `cost_limit` and TrackEval's gating are equivalent.) Without a limit, the number of
    /// pairs is maximal, and among those solutions the total cost is minimal.
    ///
    /// - Parameters:
    ///   - costs: row-major; infinity or NaN forbids a pair.
    ///   - columns: number of columns.
    /// - Returns: pairs in ascending order of rows.
    package static func pairs(costs: [Double], columns: Int, limit: Double = .infinity) -> [(row: Int, column: Int)] {
        let rows = columns > 0 ? costs.count / columns : 0
        guard rows > 0 else { return [] }
        let top = limit < .infinity ? limit : forbidding(costs, pairs: min(rows, columns))
        let isWide = rows <= columns
        var table = [Double](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let cost = costs[row * columns + column]
                table[isWide ? row * columns + column : column * rows + row] = cost < top ? cost : top
            }
        }
        var assignment = Assignment(costs: table, rows: min(rows, columns), columns: max(rows, columns))
        for row in 0..<assignment.rows { assignment.add(row) }
        let pairs = assignment.columnOfRow.enumerated().map {
            isWide ? (row: $0.offset, column: $0.element) : (row: $0.element, column: $0.offset)
        }
        return pairs.filter { costs[$0.row * columns + $0.column] < top }.sorted { $0.row < $1.row }
    }

    /// A cost so high that no solution prefers such a pair over any others.
    private static func forbidding(_ costs: [Double], pairs: Int) -> Double {
        let largest = costs.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
        return 2 * Double(pairs) * (largest + 1) + 1
    }

    private let costs: [Double]
    private let rows: Int
    private let columns: Int
    /// Dual variables.
    private var rowPrices: [Double]
    private var columnPrices: [Double]
    private var columnOfRow: [Int]
    private var rowOfColumn: [Int]

    /// Starts with no row assigned.
    private init(costs: [Double], rows: Int, columns: Int) {
        self.costs = costs
        self.rows = rows
        self.columns = columns
        rowPrices = [Double](repeating: 0, count: rows)
        columnPrices = [Double](repeating: 0, count: columns)
        columnOfRow = [Int](repeating: Self.none, count: rows)
        rowOfColumn = [Int](repeating: Self.none, count: columns)
    }

    private static let none = -1

    /// Assigns one more row by the cheapest augmenting path to a free column.
    private mutating func add(_ row: Int) {
        var lengths = [Double](repeating: .infinity, count: columns)
        var previousRow = [Int](repeating: Self.none, count: columns)
        // In reverse, so that equal costs give the diagonal.
        var open = Array((0..<columns).reversed())
        var closed: [Int] = []
        var current = row, length = 0.0, end = Self.none
        while end == Self.none {
            var best = 0, lowest = Double.infinity
            for (index, column) in open.enumerated() {
                let through = length + costs[current * columns + column] - rowPrices[current] - columnPrices[column]
                if through < lengths[column] { (lengths[column], previousRow[column]) = (through, current) }
                // On a tie prefers a free column, which ends the search.
                if lengths[column] < lowest || (lengths[column] == lowest && rowOfColumn[column] == Self.none) {
                    (lowest, best) = (lengths[column], index)
                }
            }
            length = lowest
            let column = open[best]
            closed.append(column)
            open[best] = open[open.count - 1]
            open.removeLast()
            if rowOfColumn[column] == Self.none { end = column } else { current = rowOfColumn[column] }
        }
        rowPrices[row] += length
        for column in closed {
            if column != end { rowPrices[rowOfColumn[column]] += length - lengths[column] }
            columnPrices[column] -= length - lengths[column]
        }
        reassign(to: end, from: row, previousRow)
    }

    private mutating func reassign(to end: Int, from row: Int, _ previousRow: [Int]) {
        var column = end
        while true {
            let owner = previousRow[column]
            rowOfColumn[column] = owner
            (columnOfRow[owner], column) = (column, columnOfRow[owner])
            if owner == row { return }
        }
    }
}
