import Foundation
import TestSupport

/// The table of propagation's tuned constants, `Fixtures/propagation/PropagationConstants.md`, as the tests read it.
struct PropagationTable {
    struct Row {
        /// Enum and constant, as in the code.
        let name: String
        let value: Double
    }

    let rows: [Row]
    /// J of the courtyard clip from its first frame with all values as they are.
    let courtyard: Double

    init() throws {
        let text = try String(contentsOfFile: Fixtures.path("propagation/PropagationConstants.md"), encoding: .utf8)
        let cells = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
        rows = cells.compactMap { cells in Double(cells[1]).map { Row(name: cells[0], value: $0) } }
        courtyard = cells.first { $0[0] == "courtyard" }.flatMap { Double($0[2]) } ?? .nan
    }
}
