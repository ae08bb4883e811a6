import Imaging
import Parallelism

/// Dense optical flow by inverse search: patches on a grid are aligned by Gauss-Newton steps whose Hessian comes from the
/// first picture alone, coarse to fine, and each pixel takes the mean of the patches over it, weighted by how well they
/// fit. Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search, arXiv 1603.03590 (without its variational
/// refinement; at the coarsest level every displacement near by is tried first).
package enum DenseInverseSearch {
    /// Side of a patch in pixels; the loops below are written for SIMD8.
    static let patch = 8
    static let step = 4
    static let iterations = 12
    /// Pixels of the coarsest level, 16 of a picture of 480 rows each, up to which every displacement is tried. Gradients
    /// alone lose what moves by more than 60 pixels a frame.
    static let reach = 6
    /// Rows of patches that pass good flow on to each other. Fixed, for the same result on any number of cores.
    private static let stripe = 9

    /// The flow between two pictures of one size, at half of it.
    package static func flow(from first: RGBImage, to second: RGBImage) -> FlowField {
        precondition(first.width == second.width && first.height == second.height, "flow: pictures of different sizes")
        let size = WorkingSize(
            full: PictureSize(width: first.width, height: first.height), maximumPixels: first.width * first.height)
        return flow(
            from: Pyramid(WorkingFrame(index: 0, image: first, size: size)),
            to: Pyramid(WorkingFrame(index: 1, image: second, size: size)))
    }

    /// The flow from `first` to `second` at the pyramids' level `finest`.
    static func flow(from first: Pyramid, to second: Pyramid, finest: Int = 0) -> FlowField {
        let coarsest = min(first.levels.count, second.levels.count) - 1
        var flow: FlowField?
        for level in stride(from: coarsest, through: min(finest, coarsest), by: -1) {
            let source = first.levels[level], target = second.levels[level]
            flow = densified(searched(source, target, coarser: flow), source, target)
        }
        return flow ?? FlowField(width: first.levels[0].width, height: first.levels[0].height)
    }

    /// One flow vector for each patch of the grid.
    private static func searched(_ first: PyramidLevel, _ second: PyramidLevel, coarser: FlowField?) -> PatchGrid {
        var grid = PatchGrid(width: first.width, height: first.height)
        let grids = grid
        first.grey.withUnsafeBufferPointer { grey in
            first.gradientX.withUnsafeBufferPointer { gradientX in
                first.gradientY.withUnsafeBufferPointer { gradientY in
                    second.grey.withUnsafeBufferPointer { target in
                        grid.flow.withUnsafeMutableBufferPointer { flow in
                            nonisolated(unsafe) let flow = flow
                            let stripes = (grids.rows + stripe - 1) / stripe
                            Parallel.fixedRanges(stripes, minimum: 1) { part in
                                for stripeIndex in part {
                                    let rows = stripeIndex * stripe..<min(grids.rows, (stripeIndex + 1) * stripe)
                                    for row in rows {
                                        for column in 0..<grids.columns {
                                            let x = grids.left(column), y = grids.top(row)
                                            guard let aligned = PatchAlignment(
                                                grey, gradientX, gradientY, target, x: x, y: y, level: first)
                                            else { continue }
                                            var start = SIMD2<Float>(0, 0)
                                            if let coarser {
                                                let centre = Float(patch) / 2
                                                start = 2 * coarser.sample(
                                                    (Float(x) + centre) / 2 - 0.25, (Float(y) + centre) / 2 - 0.25)
                                            } else {
                                                start = aligned.nearest(within: reach)
                                            }
                                            var candidates = [start]
                                            if column > 0 { candidates.append(flow[row * grids.columns + column - 1]) }
                                            if row > rows.lowerBound { candidates.append(flow[(row - 1) * grids.columns + column]) }
                                            flow[row * grids.columns + column] = aligned.best(of: candidates)
                                        }
                                    }
                                    // Back again, so that good flow also passes to the left and upwards.
                                    for row in rows.reversed() {
                                        for column in (0..<grids.columns).reversed() {
                                            var candidates = [flow[row * grids.columns + column]]
                                            if column + 1 < grids.columns { candidates.append(flow[row * grids.columns + column + 1]) }
                                            if row + 1 < rows.upperBound { candidates.append(flow[(row + 1) * grids.columns + column]) }
                                            guard candidates.contains(where: { $0 != candidates[0] }),
                                                let aligned = PatchAlignment(
                                                    grey, gradientX, gradientY, target, x: grids.left(column),
                                                    y: grids.top(row), level: first)
                                            else { continue }
                                            flow[row * grids.columns + column] = aligned.best(of: candidates)
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return grid
    }

    /// A vector for each pixel from the patches that cover it.
    private static func densified(_ grid: PatchGrid, _ first: PyramidLevel, _ second: PyramidLevel) -> FlowField {
        var result = FlowField(width: first.width, height: first.height)
        let border = PyramidLevel.border
        result.x.withUnsafeMutableBufferPointer { resultX in
            result.y.withUnsafeMutableBufferPointer { resultY in
                first.grey.withUnsafeBufferPointer { grey in
                    second.grey.withUnsafeBufferPointer { target in
                        grid.flow.withUnsafeBufferPointer { flow in
                            nonisolated(unsafe) let resultX = resultX, resultY = resultY
                            Parallel.fixedRanges(first.height) { rows in
                                for row in rows {
                                    let patchRows = grid.rows(over: row)
                                    for column in 0..<first.width {
                                        let value = grey[(row + border) * first.stride + column + border]
                                        var sum = SIMD2<Float>(0, 0), weights: Float = 0
                                        for patchRow in patchRows {
                                            for patchColumn in grid.columns(over: column) {
                                                let vector = flow[patchRow * grid.columns + patchColumn]
                                                let found = sample(
                                                    target, second, Float(column) + vector.x, Float(row) + vector.y)
                                                let weight = 1 / max(1, abs(found - value))
                                                sum += weight * vector
                                                weights += weight
                                            }
                                        }
                                        let mean = weights > 0 ? sum / weights : sum
                                        resultX[row * first.width + column] = mean.x
                                        resultY[row * first.width + column] = mean.y
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    @inline(__always)
    private static func sample(_ grey: UnsafeBufferPointer<Float>, _ level: PyramidLevel, _ x: Float, _ y: Float) -> Float {
        let border = Float(PyramidLevel.border)
        let x = min(max(x + border, 0), Float(level.stride) - 2)
        let y = min(max(y + border, 0), Float(level.height) + 2 * border - 2)
        let left = Int(x), top = Int(y), place = top * level.stride + left
        let fractionX = x - Float(left), fractionY = y - Float(top)
        let above = grey[place] * (1 - fractionX) + grey[place + 1] * fractionX
        let below = grey[place + level.stride] * (1 - fractionX) + grey[place + level.stride + 1] * fractionX
        return above * (1 - fractionY) + below * fractionY
    }
}
