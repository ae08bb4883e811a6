import Files
import Imaging
import Parallelism
import Tensors

/// Resizes and normalises images for the model, without keeping the aspect ratio: `preprocessor_config.json`.
package struct PicturePreparation: Sendable {
    /// Side of the model's input, in pixels.
    package let side: Int
    let rescaleFactor: Float
    let mean: [Float]
    let deviation: [Float]

    /// Upper bound on the side; the largest published is 880.
    private static let largestSide = 4096

    /// Upper bound on patches in each direction, because global attention grows with its fourth power. The published sizes have
    /// 24 to 64.
    private static let largestGrid = 160

    /// - Parameter backbone: determines the side if there is no `preprocessor_config.json`.
    /// - Throws: `CheckpointError` if the side is unknown, or is not a whole number of windows of patches.
    init(directory: String, _ backbone: WindowedEncoderConfiguration) throws {
        let path = directory + "/preprocessor_config.json", exists = FileStatus(path) != nil
        let file = try exists ? ConfigurationFile(path: path) : ConfigurationFile(path: path, values: [:])
        func isPossible(_ side: Int) -> Bool {
            (backbone.windows...Self.largestGrid).contains(side / backbone.patchSize)
                && side / backbone.patchSize % backbone.windows == 0
        }
        guard let side = try exists ? Self.side(file) : backbone.imageSize else {
            throw file.error("size", found: "nothing", expected: "a height and a width")
        }
        guard isPossible(side) else {
            let fitting = "a side of at most \(Self.largestGrid) patches of \(backbone.patchSize) pixels, which "
                + "\(backbone.windows) windows divide"
            throw exists
                ? file.error("size", found: "\(side)", expected: fitting)
                : CheckpointError(
                    file: path, found: "no such file",
                    expected: "the size of the pictures, for image_size in config.json, \(side), is not \(fitting)")
        }
        self.side = side
        rescaleFactor = try file.flag("do_rescale", default: true) ? Float(try file.number("rescale_factor", default: 1.0 / 255)) : 1
        let normalises = try file.flag("do_normalize", default: true)
        mean = normalises ? try Self.channels(file, "image_mean", default: ImageNetStatistics.mean) : [0, 0, 0]
        deviation = normalises ? try Self.channels(file, "image_std", default: ImageNetStatistics.deviation) : [1, 1, 1]
        guard deviation.allSatisfy({ $0 > 0 }) else {
            throw file.error("image_std", found: "\(deviation)", expected: "numbers above 0")
        }
        let resample = try file.integer("resample", default: 2, in: 0...16)
        guard resample == 2 else { throw file.error("resample", found: "\(resample)", expected: "2, bilinear") }
    }

    /// The published preprocessing for a given side.
    init(side: Int) {
        (self.side, rescaleFactor) = (side, 1.0 / 255)
        (mean, deviation) = (ImageNetStatistics.mean.map(Float.init), ImageNetStatistics.deviation.map(Float.init))
    }

    /// The side of square inputs; nil if not in the file.
    private static func side(_ file: ConfigurationFile) throws -> Int? {
        switch file.present("size") {
        case .none: return nil
        case .object?:
            let size = try file.object("size")
            guard size.present("shortest_edge") == nil else {
                throw size.error("shortest_edge", found: "a size that keeps the aspect ratio", expected: "an equal height and width")
            }
            let height = try size.integer("height", in: 1...largestSide), width = try size.integer("width", in: 1...largestSide)
            guard height == width else { throw file.error("size", found: "\(height) x \(width)", expected: "a square") }
            return height
        default: return try file.side("size", default: 0, in: 1...largestSide)
        }
    }

    private static func channels(_ file: ConfigurationFile, _ key: String, default fallback: [Double]) throws -> [Float] {
        guard let value = file.present(key) else { return fallback.map(Float.init) }
        guard case .list(let list) = value, list.count == 3 else { throw file.error(key, found: "\(value)", expected: "three numbers") }
        return try list.map {
            guard case .number(let number) = $0, Float(number).isFinite else {
                throw file.error(key, found: "\($0)", expected: "a number")
            }
            return Float(number)
        }
    }

    /// Bilinear without antialiasing, after scaling by 1 / 255, as the published processor does in single precision.
    /// - Returns: `[3, side, side]`.
    package func callAsFunction(_ image: RGBImage) -> Tensor {
        let columns = LinearTaps(from: image.width, to: side), rows = LinearTaps(from: image.height, to: side), side = side
        return Tensor([3, side, side]) { output in
            guard let target = output.baseAddress else { return }
            image.pixels.withUnsafeBufferPointer { pixels in
                Parallel.ranges(side, minimum: 8) { range in
                    for y in range { fillRow(y, rows, columns, pixels, width: image.width, into: target) }
                }
            }
        }
    }

    private func fillRow(
        _ y: Int, _ rows: LinearTaps, _ columns: LinearTaps, _ pixels: UnsafeBufferPointer<UInt8>, width: Int,
        into target: UnsafeMutablePointer<Float>
    ) {
        let upper = rows.lower[y] * width, lower = rows.upper[y] * width, down = rows.share[y]
        for channel in 0..<3 {
            let line = target + (channel * side + y) * side, mean = mean[channel], deviation = deviation[channel]
            for x in 0..<side {
                let left = 3 * columns.lower[x] + channel, right = 3 * columns.upper[x] + channel, across = columns.share[x]
                let first = (1 - across) * share(pixels[3 * upper + left]) + across * share(pixels[3 * upper + right])
                let second = (1 - across) * share(pixels[3 * lower + left]) + across * share(pixels[3 * lower + right])
                line[x] = ((1 - down) * first + down * second - mean) / deviation
            }
        }
    }

    @inline(__always)
    private func share(_ value: UInt8) -> Float { Float(value) * rescaleFactor }
}

/// The two input positions of each output position, as in PyTorch's `interpolate` with `align_corners=False`.
private struct LinearTaps {
    let lower: [Int]
    let upper: [Int]
    /// Weight of the upper position; the lower one's is 1 minus this.
    let share: [Float]

    init(from input: Int, to output: Int) {
        let scale = Float(input) / Float(output)
        // Rounded once, as in PyTorch's kernels.
        let sources = (0..<output).map { max(0, Float(-0.5).addingProduct(scale, Float($0) + 0.5)) }
        lower = sources.map { min(Int($0), input - 1) }
        upper = lower.map { min($0 + 1, input - 1) }
        share = zip(sources, lower).map { $0 - Float($1) }
    }
}
