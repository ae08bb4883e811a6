import Tensors

/// Hiera, a hierarchical vision transformer: the trunk of SAM 2's image encoder. Source: Hiera, arXiv 2306.00989; positions:
/// arXiv 2311.05613; `vision_encoder.backbone`.
struct HieraModel: Sendable {
    let patchEmbed: Conv2d
    /// Position embeddings of the first map, `[side * side, width]`.
    let positions: Tensor
    let blocks: [HieraBlock]
    /// The last block of each stage.
    let stageEnds: Set<Int>

    init(_ weights: Weights, _ configuration: VisionConfiguration) throws {
        let hiera = configuration.backbone, width = hiera.widthPerStage[0]
        patchEmbed = try Conv2d(
            weights["patch_embed"]["projection"], inputs: 3, outputs: width, kernel: hiera.patchKernelSize,
            stride: hiera.patchStride, padding: hiera.patchPadding)
        positions = try Self.positions(weights, hiera, side: configuration.mapSides[0])
        var blocks: [HieraBlock] = [], stageEnds: Set<Int> = []
        for (stage, count) in hiera.blocksPerStage.enumerated() {
            for block in 0..<count {
                blocks.append(
                    try HieraBlock(
                        weights["blocks"][blocks.count], hiera, stage: stage, isFirst: block == 0,
                        isGlobal: hiera.globalAttentionBlocks.contains(blocks.count)))
            }
            stageEnds.insert(blocks.count - 1)
        }
        self.blocks = blocks
        self.stageEnds = stageEnds
    }

    /// A small table interpolated to the map's size, plus the table of one window tiled over the map.
    private static func positions(_ weights: Weights, _ hiera: HieraConfiguration, side: Int) throws -> Tensor {
        let width = hiera.widthPerStage[0], window = hiera.windowPerStage[0], table = hiera.positionSize
        let whole = try weights["pos_embed"].tensor([1, width, table[0], table[1]])
            .reshaped([width, table[0], table[1]])
            .interpolated(height: side, width: side, .bicubic).reordered(as: [1, 2, 0])
        let part = try weights["pos_embed_window"].tensor([1, width, window, window])
            .reshaped([width, window, window]).reordered(as: [1, 2, 0])
        return Tensor([side * side, width]) { output in
            let whole = whole.array, part = part.array
            for place in 0..<side * side {
                let repeated = place / side % window * window + place % side % window
                for channel in 0..<width {
                    output[place * width + channel] = whole[place * width + channel] + part[repeated * width + channel]
                }
            }
        }
    }

    /// - Parameter pixels: `[side, side, 3]`.
    /// - Returns: each stage's map, `[side, side, width]`, finest first.
    func callAsFunction(_ pixels: Tensor) -> [Tensor] {
        let patches = patchEmbed(pixels)
        var map = patches + positions.reshaped(patches.shape)
        var stages: [Tensor] = []
        for (index, block) in blocks.enumerated() {
            map = block(map)
            if stageEnds.contains(index) { stages.append(map) }
        }
        return stages
    }
}
