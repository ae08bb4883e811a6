import Tensors

/// Masks of queries: upsampled and refined features times each query. Keys: `blocks.N`, `spatial_features_proj`,
/// `query_features_block`, `query_features_proj`, `segmentation_bias`. Source: RF-DETR, arXiv 2511.09554, after MaskDINO, arXiv
/// 2206.02777.
struct SegmentationHead: Sendable {
    let blocks: [SegmentationBlock]
    /// `[width, width]`, transposed: queries are projected instead of the map, which has far more positions.
    let spatialFeaturesProj: WeightMatrix
    /// `[1, width]`.
    let spatialBias: WeightMatrix
    let queryFeaturesBlock: QueryFeaturesBlock
    let queryFeaturesProj: Linear
    let segmentationBias: Float
    let side: Int

    /// - Parameters:
    ///   - pictureSide: side of the model's input, in pixels.
    ///   - format: storage type of the blocks' weights.
    init(_ weights: Weights, _ configuration: RFDETRConfiguration, pictureSide: Int, format: DataType) throws {
        let width = configuration.width
        let side = pictureSide / configuration.segmentation.downsampleRatio
        // In training, each decoder layer has a block; masks of the last layer pass through all of them.
        blocks = try (0..<configuration.decoder.layers).map {
            try SegmentationBlock(weights["blocks"][$0], configuration.segmentation, width: width, side: side, format: format)
        }
        let projection = weights["spatial_features_proj"]
        spatialFeaturesProj = WeightMatrix(
            try projection["weight"].tensor([width, width, 1, 1]).reshaped([width, width]).reordered(as: [1, 0]))
        spatialBias = WeightMatrix(try projection["bias"].tensor([width]).reshaped([1, width]))
        queryFeaturesBlock = try QueryFeaturesBlock(weights["query_features_block"], configuration.segmentation, width: width)
        queryFeaturesProj = try Linear(weights["query_features_proj"], inputs: width, outputs: width)
        segmentationBias = try weights["segmentation_bias"].tensor([1]).array[0]
        self.side = side
    }

    /// - Parameters:
    ///   - queries: the decoder's output, `[queries, width]`.
    ///   - features: `[side, side, width]`.
    /// - Returns: logits, `[queries, mask side, mask side]`.
    func callAsFunction(_ queries: Tensor, features: Tensor) -> Tensor {
        let map = blocks.reduce(features.interpolatedMap(height: side, width: side, .bilinear)) { $1($0) }
        let states = queryFeaturesProj(queryFeaturesBlock(queries))
        let offsets = matrixMultiply(states, spatialBias).array, count = map.rows
        let products = matrixMultiply(matrixMultiply(states, spatialFeaturesProj), WeightMatrix(map))
        return Tensor([queries.rows, side, side]) { output in
            products.withValues { products in
                for (query, offset) in offsets.enumerated() {
                    let added = offset + segmentationBias
                    for index in query * count..<(query + 1) * count { output[index] = products[index] + added }
                }
            }
        }
    }
}

/// A ConvNeXt block without expansion. Keys: `depthwise_conv`, `layernorm`, `pointwise_conv`. Source: arXiv 2201.03545.
struct SegmentationBlock: Sendable {
    let depthwiseConv: PackedConvolution
    let layernorm: LayerNorm
    let pointwiseConv: PackedLinear
    let activation: Activation

    /// - Parameter side: side of the map.
    init(_ weights: Weights, _ configuration: SegmentationHeadConfiguration, width: Int, side: Int, format: DataType) throws {
        depthwiseConv = try PackedConvolution(
            weights["depthwise_conv"], height: side, width: side, inputs: width, outputs: width, kernel: 3, isDepthwise: true)
        layernorm = try LayerNorm(weights["layernorm"], width: width, epsilon: 1e-6)
        pointwiseConv = try PackedLinear(
            weights["pointwise_conv"], rows: side * side, inputs: width, outputs: width, format: format)
        activation = configuration.activation
    }

    /// `[side, side, width]` to the same shape.
    func callAsFunction(_ map: Tensor) -> Tensor {
        pointwiseConv(layernorm(depthwiseConv(map)), activation: activation, residual: map).reshaped(map.shape)
    }
}

/// An MLP with a pre-norm and a residual connection. Keys: `norm`, `mlp.fc1`, `mlp.fc2`.
struct QueryFeaturesBlock: Sendable {
    let norm: LayerNorm
    let fc1: Linear
    let fc2: Linear
    let activation: Activation

    init(_ weights: Weights, _ configuration: SegmentationHeadConfiguration, width: Int) throws {
        norm = try LayerNorm(weights["norm"], width: width, epsilon: 1e-5)
        fc1 = try Linear(weights["mlp"]["fc1"], inputs: width, outputs: configuration.intermediateSize)
        fc2 = try Linear(weights["mlp"]["fc2"], inputs: configuration.intermediateSize, outputs: width)
        activation = configuration.activation
    }

    /// `[queries, width]` to the same shape.
    func callAsFunction(_ queries: Tensor) -> Tensor {
        fc2(fc1(norm(queries), activation: activation), residual: queries)
    }
}
