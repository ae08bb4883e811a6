import Imaging
import Parallelism

/// Effort of `DenseInverseSearch`. The most important are measured in the tests' PropagationConstants.md.
package enum FlowConstants {
    /// Pixels from one patch of 8 x 8 to the next: fewer is finer at motion boundaries, and costs time with the square.
    package static let step = 4
    /// Gauss-Newton steps at most.
    package static let iterations = 12
    /// Pixels of the coarsest level, 16 of a picture of 480 rows each, up to which every displacement is tried. Gradients
    /// alone lose objects that move by more than 60 pixels a frame.
    package static let reach = 6
    /// Rows of patches that pass good flow on to each other. Fixed, for the same result on any number of cores.
    package static let stripe = 9
    /// Added to the diagonal of a patch's Hessian: more keeps patches of little texture where they are.
    package static let damping: Float = 16
    /// Grey steps on every pixel that a displacement one pixel longer must save.
    package static let distanceCost: Float = 1
    /// Squared length of a step, in pixels, below which the search ends.
    package static let smallestStep: Float = 0.0025
    /// Squared length, in pixels, of a search that ran away, and counts for nothing.
    package static let runaway: Float = 64
    /// Finest levels that are searched only where flow is wanted, and pixels of each level around that: more lets good flow
    /// come from further away, and costs time.
    package static let partialLevels = 2
    package static let areaMargin = 8
}

/// Dense optical flow by inverse search: patches on a grid are aligned by Gauss-Newton steps whose Hessian comes from the
/// first picture alone, coarse to fine, and each pixel takes the mean of the patches over it, weighted by how well they
/// fit. Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search, arXiv 1603.03590 (without its variational
/// refinement; at the coarsest level every displacement near by is tried first).
package enum DenseInverseSearch {
    /// Side of a patch in pixels; the loops of `PatchAlignment` are written for SIMD8.
    static let patch = 8

    /// The flow between two pictures of one size, at half of it.
    /// - Parameter boxes: where it is wanted, in the pictures' pixels; nil for everywhere.
    package static func flow(from first: RGBImage, to second: RGBImage, in boxes: [BoundingBox]? = nil) -> FlowField {
        precondition(first.width == second.width && first.height == second.height, "flow: pictures of different sizes")
        let size = WorkingSize(
            full: PictureSize(width: first.width, height: first.height), maximumPixels: first.width * first.height)
        return flow(
            from: Pyramid(WorkingFrame(index: 0, image: first, size: size)),
            to: Pyramid(WorkingFrame(index: 1, image: second, size: size)), in: boxes.map { FlowArea($0) } ?? .whole)
    }

    /// The flow from `first` to `second` at the pyramids' level `finest`.
    /// - Parameter area: where it is wanted; elsewhere it is a coarser level's, and 0 if it is wanted nowhere.
    static func flow(from first: Pyramid, to second: Pyramid, finest: Int = 0, in area: FlowArea = .whole) -> FlowField {
        let coarsest = min(first.levels.count, second.levels.count) - 1
        var flow: FlowField?
        for level in stride(from: coarsest, through: min(finest, coarsest), by: -1) where !area.isEmpty {
            flow = PatchSearch(first.levels[level], second.levels[level], level, area, coarser: flow).flow()
        }
        return flow ?? FlowField(vectors: Plane(first.levels[0].box, repeating: SIMD2(0, 0)))
    }
}

/// The search for the patches of one pyramid level of a picture in that of another.
private struct PatchSearch {
    private let first: PyramidLevel
    private let second: PyramidLevel
    /// Flow of the next coarser level; nil at the coarsest.
    private let coarser: FlowField?
    private let grid: PatchGrid
    /// True for the patches that are searched for, `[rows, columns]`.
    private let patches: Plane<Bool>
    /// True for the pixels that only such patches cover, `[height, width]`.
    private let pixels: Plane<Bool>

    init(_ first: PyramidLevel, _ second: PyramidLevel, _ level: Int, _ area: FlowArea, coarser: FlowField?) {
        self.first = first
        self.second = second
        self.coarser = coarser
        grid = PatchGrid(width: first.width, height: first.height)
        patches = area.patches(ofLevel: level, grid)
        pixels = area.pixels(ofLevel: level, first.box)
    }

    func flow() -> FlowField { densified(aligned()) }

    /// The displacement of each patch, `[rows, columns]`, in pixels.
    private func aligned() -> Plane<SIMD2<Float>> {
        let flow = MutablePlane<SIMD2<Float>>(grid.box), stripe = FlowConstants.stripe
        Parallel.fixedRanges((grid.rows + stripe - 1) / stripe, minimum: 1) { stripes in
            for index in stripes {
                let rows = index * stripe..<min(grid.rows, (index + 1) * stripe)
                searchForwards(rows, flow)
                searchBackwards(rows, flow)
            }
        }
        return flow.finished()
    }

    /// Aligns the patches of some rows, each starting from the coarser flow, its left or its upper neighbour's.
    private func searchForwards(_ rows: Range<Int>, _ flow: borrowing MutablePlane<SIMD2<Float>>) {
        for row in rows {
            for column in 0..<grid.columns where patches[column, row] {
                let patch = alignment(column, row)
                flow[column, row] = patch.best(
                    start(of: patch, column, row), column > 0 ? found(column - 1, row, flow) : nil,
                    row > rows.lowerBound ? found(column, row - 1, flow) : nil)
            }
        }
    }

    /// Aligns the patches again, last to first, so that good flow also passes to the left and upwards.
    private func searchBackwards(_ rows: Range<Int>, _ flow: borrowing MutablePlane<SIMD2<Float>>) {
        for row in rows.reversed() {
            for column in (0..<grid.columns).reversed() where patches[column, row] {
                let own = flow[column, row]
                let right = column + 1 < grid.columns ? found(column + 1, row, flow) : nil
                let below = row + 1 < rows.upperBound ? found(column, row + 1, flow) : nil
                guard right ?? own != own || below ?? own != own else { continue }
                flow[column, row] = alignment(column, row).best(own, right, below)
            }
        }
    }

    /// The displacement of a patch; nil if it is not searched for.
    @inline(__always)
    private func found(_ column: Int, _ row: Int, _ flow: borrowing MutablePlane<SIMD2<Float>>) -> SIMD2<Float>? {
        patches[column, row] ? flow[column, row] : nil
    }

    @inline(__always)
    private func alignment(_ column: Int, _ row: Int) -> PatchAlignment {
        PatchAlignment(first, second, x: grid.left(column), y: grid.top(row))
    }

    /// The displacement a patch's search starts from: the coarser level's at its middle.
    private func start(of patch: PatchAlignment, _ column: Int, _ row: Int) -> SIMD2<Float> {
        guard let coarser else { return patch.nearest(within: FlowConstants.reach) }
        let middle = Float(DenseInverseSearch.patch) / 2
        return 2 * coarser.sample(
            (Float(grid.left(column)) + middle) / 2 - 0.25, (Float(grid.top(row)) + middle) / 2 - 0.25)
    }

    /// The displacement of each pixel from those of the patches that cover it; the coarser level's if they are not searched for.
    private func densified(_ flow: Plane<SIMD2<Float>>) -> FlowField {
        let mean = PatchMean(flow: flow, grid: grid, first: first, second: second)
        return FlowField(vectors: Plane(first.box) { row in
            var x = 0
            while x < first.width {
                if x + 4 <= first.width, (0..<4).allSatisfy({ pixels[x + $0, row.y] }), mean.write(row, from: x) {
                    x += 4
                    continue
                }
                row[x] = pixels[x, row.y] ? mean.at(x, row.y) : coarser.map { 2 * $0[x / 2, row.y / 2] } ?? SIMD2(0, 0)
                x += 1
            }
        })
    }
}
