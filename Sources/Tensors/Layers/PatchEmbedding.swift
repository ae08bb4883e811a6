import Parallelism

/// A convolution with stride equal to kernel size: each patch of pixels becomes one token. Keys: `weight` `[width, channels,
/// patch, patch]`, `bias` `[width]`. Source: ViT, arXiv 2010.11929, section 3.1.
package struct PatchEmbedding: Sendable {
    let projection: Linear
    let channels: Int
    let patchSize: Int

    /// Storage type of the weight.
    package var dataType: DataType { projection.weight.dataType }

    /// - Throws: `CheckpointError` if a tensor is missing or has the wrong shape.
    package init(_ weights: Weights, channels: Int, patchSize: Int, width: Int) throws {
        projection = try Linear(convolution: weights, shape: [width, channels, patchSize, patchSize])
        self.channels = channels
        self.patchSize = patchSize
    }

    /// `[channels, side, side] -> [grid * grid, width]`, tokens in row-major order. Pixels beyond the last whole patch are
    /// ignored, as in a convolution without padding.
    package func callAsFunction(_ pixels: Tensor) -> Tensor {
        precondition(pixels.shape.count == 3 && pixels.shape[0] == channels, "PatchEmbedding: channels differ")
        let height = pixels.shape[1], width = pixels.shape[2], patch = patchSize
        let gridHeight = height / patch, gridWidth = width / patch
        let patchLength = channels * patch * patch
        let patches = Tensor([gridHeight * gridWidth, patchLength]) { output in
            let input = pixels.storage.values
            Parallel.ranges(gridHeight * gridWidth, minimum: 16) { tokens in
                for token in tokens {
                    let top = token / gridWidth * patch, left = token % gridWidth * patch
                    var next = token * patchLength
                    for line in 0..<channels * patch {
                        let start = (line / patch * height + top + line % patch) * width + left
                        for column in 0..<patch { output[next + column] = input[start + column] }
                        next += patch
                    }
                }
            }
        }
        return projection(patches)
    }
}
