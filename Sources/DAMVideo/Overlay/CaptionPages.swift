/// Arranges captions on pages of columns: all on one page when they fit, if need be with fewer lines each; else on
/// several that take turns.
struct CaptionPages {
    struct Place: Equatable {
        /// Index of the caption.
        let caption: Int
        let column: Int
        /// Pixels from the top of the page.
        let top: Int
        /// Lines shown at most.
        let lines: Int
    }

    /// Lines each caption is cut to in turn until all fit: from "as many as there are" to what still says something.
    static let lineLimits = [10_000, 24, 16, 12, 10, 8, 6, 5, 4, 3]

    let columns: Int
    /// Pixels of a page.
    let height: Int
    /// Between captions.
    let gap: Int

    /// - Parameters:
    ///   - captions: indices, in order.
    ///   - measure: pixels a caption takes down the page, at so many lines at most.
    /// - Returns: one page at least.
    func callAsFunction(_ captions: [Int], measure: (_ caption: Int, _ lines: Int) throws -> Int) rethrows -> [[Place]] {
        for limit in Self.lineLimits {
            let pages = try fill(captions, lines: limit, measure)
            if pages.count == 1 { return pages }
        }
        return try fill(captions, lines: Self.lineLimits[Self.lineLimits.count - 1], measure)
    }

    /// Pixels of the fullest column.
    func usedHeight(_ page: [Place], measure: (_ caption: Int, _ lines: Int) throws -> Int) rethrows -> Int {
        try page.map { try $0.top + measure($0.caption, $0.lines) }.max() ?? 0
    }

    /// Column after column, page after page. A caption higher than a page has one to itself, cut to what it holds.
    private func fill(_ captions: [Int], lines: Int, _ measure: (Int, Int) throws -> Int) rethrows -> [[Place]] {
        var pages: [[Place]] = [[]], column = 0, top = 0
        for caption in captions {
            var lines = lines, size = try measure(caption, lines)
            if top > 0, top + size > height { (column, top) = (column + 1, 0) }
            if column == columns {
                pages.append([])
                (column, top) = (0, 0)
            }
            if size > height {
                lines = try Self.lineLimits.first { try measure(caption, $0) <= height } ?? 1
                size = try measure(caption, lines)
            }
            pages[pages.count - 1].append(Place(caption: caption, column: column, top: top, lines: lines))
            top += size + gap
        }
        return pages
    }
}
