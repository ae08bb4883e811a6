/// Lays out captions in columns: on one page if they fit, possibly with fewer lines each; otherwise on several pages that
/// alternate.
package struct CaptionPages {
    package struct Place: Equatable {
        /// Index of the caption.
        package let caption: Int
        package let column: Int
        /// Pixels from the top of the page.
        package let top: Int
        /// Upper bound on the lines shown.
        package let lines: Int
    }

    /// Fewest lines that are still useful.
    static let fewestLines = 3
    /// More lines than fit any page.
    static let mostLines = 1000

    let columns: Int
    let height: Int
    let gap: Int

    /// - Parameters:
    ///   - height: height of a page in pixels.
    ///   - gap: space between captions in pixels.
    package init(columns: Int, height: Int, gap: Int) {
        (self.columns, self.height, self.gap) = (columns, height, gap)
    }

    /// - Parameters:
    ///   - captions: indices, in order.
    ///   - measure: height of a caption in pixels, given an upper bound on its lines.
    /// - Returns: at least one page.
    package func callAsFunction(
        _ captions: [Int], measure: (_ caption: Int, _ lines: Int) throws -> Int
    ) rethrows -> [[Place]] {
        var best = try fill(captions, lines: Self.mostLines, measure)
        guard best.count > 1 else { return best }
        // Binary search for the largest number of lines that fits one page.
        var low = Self.fewestLines - 1, high = 64
        while high - low > 1 {
            let middle = (low + high) / 2
            let pages = try fill(captions, lines: middle, measure)
            if pages.count == 1 { (low, best) = (middle, pages) } else { high = middle }
        }
        return low < Self.fewestLines ? try fill(captions, lines: Self.fewestLines, measure) : best
    }

    /// Height of the fullest column in pixels.
    func usedHeight(_ page: [Place], measure: (_ caption: Int, _ lines: Int) throws -> Int) rethrows -> Int {
        try page.map { try $0.top + measure($0.caption, $0.lines) }.max() ?? 0
    }

    /// Fills column after column, page after page. A caption higher than a page gets its own page and is truncated.
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
