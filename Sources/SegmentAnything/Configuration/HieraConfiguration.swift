import Tensors

/// `vision_config.backbone_config`: the image encoder's trunk. Defaults are those of SAM 2.1 tiny.
package struct HieraConfiguration: Sendable {
    package let patchKernelSize: Int
    package let patchStride: Int
    package let patchPadding: Int
    /// Side of the squares of tokens that query pooling reduces to one.
    package let queryStride: Int
    /// Number of stages after the first that begin with query pooling.
    package let queryPoolStages: Int
    /// Rows and columns of the position table that is interpolated to the map.
    package let positionSize: [Int]
    /// This list and the following ones have one entry per stage.
    package let blocksPerStage: [Int]
    package let widthPerStage: [Int]
    package let headsPerStage: [Int]
    package let windowPerStage: [Int]
    /// Blocks with global attention, counted over all stages.
    package let globalAttentionBlocks: Set<Int>
    package let mlpRatio: Double
    package let activation: Activation
    package let layerNormEps: Float

    package var stages: Int { blocksPerStage.count }

    init(_ file: ConfigurationFile) throws {
        let sizes = 1...1024
        patchKernelSize = try file.side("patch_kernel_size", default: 7, in: 1...64)
        patchStride = try file.side("patch_stride", default: 4, in: sizes)
        patchPadding = try file.side("patch_padding", default: 3, in: 0...64)
        queryStride = try file.side("query_stride", default: 2, in: sizes)
        positionSize = try file.integers(
            "window_positional_embedding_background_size", default: [7, 7], in: sizes, count: 2)
        let blocks = try file.integers("blocks_per_stage", default: [1, 2, 7, 2], in: sizes)
        guard (3...16).contains(blocks.count) else {
            throw file.error("blocks_per_stage", found: "\(blocks.count) stages", expected: "3 to 16")
        }
        blocksPerStage = blocks
        func perStage(_ key: String, _ fallback: [Int], _ limits: ClosedRange<Int>) throws -> [Int] {
            let list = try file.integers(key, default: fallback, in: limits)
            guard list.count == blocks.count else {
                throw file.error(key, found: "\(list.count) numbers", expected: "\(blocks.count), one for each stage")
            }
            return list
        }
        widthPerStage = try perStage("embed_dim_per_stage", [96, 192, 384, 768], 1...16384)
        headsPerStage = try perStage("num_attention_heads_per_stage", [1, 2, 4, 8], sizes)
        // Window attention takes memory in proportion to the fourth power of the window's side.
        windowPerStage = try perStage("window_size_per_stage", [8, 4, 14, 7], 1...64)
        queryPoolStages = min(try file.integer("num_query_pool_stages", default: 3, in: 0...1024), blocks.count - 1)
        globalAttentionBlocks = Set(try file.integers("global_attention_blocks", default: [5, 7, 9], in: 0...16384))
        let ratio = try file.number("mlp_ratio", default: 4)
        guard ratio <= 64, widthPerStage.allSatisfy({ Double($0) * ratio >= 1 }) else {
            throw file.error("mlp_ratio", found: "\(ratio)", expected: "a number that gives a width, at most 64")
        }
        mlpRatio = ratio
        activation = try file.activation(default: .gelu, among: Activation.allCases)
        layerNormEps = Float(try file.number("layer_norm_eps", default: 1e-6))
        let channels = try file.integer("num_channels", default: 3, in: 0...1024)
        guard channels == 3 else { throw file.error("num_channels", found: "\(channels)", expected: "3") }
        let hiddenSize = try file.integer("hidden_size", default: 96, in: 1...16384)
        guard hiddenSize == widthPerStage[0] else {
            throw file.error("hidden_size", found: "\(hiddenSize)", expected: "\(widthPerStage[0]), the first stage's width")
        }
        for (width, heads) in zip(widthPerStage, headsPerStage) where width % heads != 0 {
            throw file.error("num_attention_heads_per_stage", found: "\(heads)", expected: "a divisor of \(width)")
        }
        for stage in 1..<blocks.count where stage <= queryPoolStages && widthPerStage[stage] == widthPerStage[stage - 1] {
            throw file.error(
                "embed_dim_per_stage", found: "\(widthPerStage[stage]) twice",
                expected: "another width in a stage that begins with pooling")
        }
    }

    /// Rows (and columns) of each stage's map for a square image.
    /// - Throws: `CheckpointError` if a stage's map is empty or windows do not fit after pooling.
    func mapSides(imageSize: Int, _ file: ConfigurationFile) throws -> [Int] {
        var side = (imageSize + 2 * patchPadding - patchKernelSize) / patchStride + 1
        guard imageSize + 2 * patchPadding >= patchKernelSize else {
            throw file.error("patch_kernel_size", found: "\(patchKernelSize)", expected: "at most the padded picture")
        }
        guard side <= 1024 else {
            throw file.error("patch_stride", found: "\(patchStride)", expected: "a stride with at most 1024 rows per image")
        }
        var sides = [side], block = 0
        for stage in 1..<stages {
            block += blocksPerStage[stage - 1]
            if stage <= queryPoolStages {
                let pooled = side / queryStride, window = windowPerStage[stage - 1]
                let fits = globalAttentionBlocks.contains(block) || window / queryStride > 0
                    && side.dividedUp(by: window) == pooled.dividedUp(by: window / queryStride)
                guard pooled > 0, fits else {
                    throw file.error(
                        "window_size_per_stage", found: "\(window) in a map of \(side), pooled to \(pooled)",
                        expected: "windows that still fit after pooling")
                }
                side = pooled
            }
            sides.append(side)
        }
        return sides
    }
}

extension Int {
    /// The quotient rounded up.
    func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
