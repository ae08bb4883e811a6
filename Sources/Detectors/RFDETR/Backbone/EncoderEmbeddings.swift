import Tensors

/// Patch embeddings with positions, in windows that each begin with the class token. Keys: `cls_token`, `position_embeddings`,
/// `patch_embeddings.projection`; `backbone.backbone.embeddings`.
struct EncoderEmbeddings: Sendable {
    /// The class token with its position, `[1, width]`.
    let classToken: Tensor
    let patchEmbeddings: PatchEmbedding
    /// Position embedding of each patch, `[side * side, width]`.
    let positions: Tensor
    let grid: WindowGrid

    init(_ weights: Weights, _ configuration: WindowedEncoderConfiguration, grid: WindowGrid) throws {
        let width = configuration.hiddenSize, stored = configuration.imageSize / configuration.patchSize
        let table = try weights["position_embeddings"].tensor([1, stored * stored + 1, width])
        classToken = try weights["cls_token"].tensor([1, 1, width]).reshaped([1, width]) + table.rows(0..<1)
        patchEmbeddings = try PatchEmbedding(
            weights["patch_embeddings"]["projection"], channels: 3, patchSize: configuration.patchSize, width: width)
        let patches = table.rows(1..<stored * stored + 1)
        positions =
            stored == grid.side
            ? patches
            : patches.reshaped([stored, stored, width])
                .interpolatedMap(height: grid.side, width: grid.side, .bicubicAntialiased)
                .reshaped([grid.side * grid.side, width])
        self.grid = grid
    }

    /// `[3, side, side] -> [tokens, width]`.
    func callAsFunction(_ pixels: Tensor) -> Tensor {
        let placed = patchEmbeddings(pixels) + positions, width = placed.width
        return Tensor([grid.tokens, width]) { output in
            placed.withValues { patches in
                for y in 0..<grid.side {
                    for x in 0..<grid.side {
                        let source = (y * grid.side + x) * width
                        _ = output[(grid.row(y: y, x: x) * width)...].update(fromContentsOf: patches[source..<source + width])
                    }
                }
            }
            classToken.withValues { token in
                for window in 0..<grid.windowCount {
                    _ = output[(grid.rows(ofWindow: window).lowerBound * width)...].update(fromContentsOf: token)
                }
            }
        }
    }
}
