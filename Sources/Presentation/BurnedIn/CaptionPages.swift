/// Arranges captions on pages of columns: all on one page when they fit, if need be with fewer lines each; else on
/// several that take turns.
package struct CaptionPages {
    package struct Place: Equatable {
        /// Index of the caption.
        package let caption: Int
        package let column: Int
        /// Pixels from the top of the page.
        package let top: Int
        /// Lines shown at most.
        package let lines: Int
    }

    /// Lines that still say something.
    static let fewestLines = 3
    /// More than a page has.
    static let mostLines = 1000

    let columns: Int
    let height: Int
    let gap: Int

    /// - Parameters:
    ///   - height: pixels of a page.
    ///   - gap: pixels between captions.
    package init(columns: Int, height: Int, gap: Int) {
        (self.columns, self.height, self.gap) = (columns, height, gap)
    }

    /// - Parameters:
    ///   - captions: indices, in order.
    ///   - measure: pixels a caption takes down the page, given a bound on its lines.
    /// - Returns: one page at least.
    package func callAsFunction(
        _ captions: [Int], measure: (_ caption: Int, _ lines: Int) throws -> Int
    ) rethrows -> [[Place]] {
        var best = try fill(captions, lines: Self.mostLines, measure)
        guard best.count > 1 else { return best }
        // The largest number of lines with which one page does.
        var low = Self.fewestLines - 1, high = 64
        while high - low > 1 {
            let middle = (low + high) / 2
            let pages = try fill(captions, lines: middle, measure)
            if pages.count == 1 { (low, best) = (middle, pages) } else { high = middle }
        }
        return low < Self.fewestLines ? try fill(captions, lines: Self.fewestLines, measure) : best
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
                while lines > 1, try measure(caption, lines) > height { lines -= 1 + lines / 16 }
                size = try measure(caption, lines)
            }
            pages[pages.count - 1].append(Place(caption: caption, column: column, top: top, lines: lines))
            top += size + gap
        }
        return pages
    }
}
