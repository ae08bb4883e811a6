import Tensors

/// Cost of SAM 2's stages, computed from its configuration. Prompts and the decoder's small heads are not counted.
package struct SegmentAnythingCost {
    let configuration: SegmentAnythingConfiguration
    /// Storage type of the weights.
    let weights: DataType

    package init(configuration: SegmentAnythingConfiguration, weights: DataType) {
        self.configuration = configuration
        self.weights = weights
    }

    /// One image through the image encoder: trunk, feature pyramid and the maps that the decoder reads.
    package var encoder: ComputeCost {
        let vision = configuration.vision, hiera = vision.backbone, sides = vision.mapSides
        let kernel = hiera.patchKernelSize * hiera.patchKernelSize
        var work = linear(sides[0] * sides[0], from: 3 * kernel, to: hiera.widthPerStage[0])
        var index = 0
        for (stage, count) in hiera.blocksPerStage.enumerated() {
            for block in 0..<count {
                work = work + self.block(stage, isFirst: block == 0, isGlobal: hiera.globalAttentionBlocks.contains(index))
                index += 1
            }
        }
        let taps = vision.fpnKernelSize * vision.fpnKernelSize, hidden = vision.fpnHiddenSize
        for (side, width) in zip(sides, hiera.widthPerStage) {
            work = work + linear(side * side, from: taps * width, to: hidden)
        }
        return work + linear(sides[0] * sides[0], from: hidden, to: hidden / 8)
            + linear(sides[1] * sides[1], from: hidden, to: hidden / 4)
    }

    /// A block of the trunk. Padding of windows beyond the map counts among the keys, but not among the queries.
    private func block(_ stage: Int, isFirst: Bool, isGlobal: Bool) -> ComputeCost {
        let hiera = configuration.vision.backbone, sides = configuration.vision.mapSides
        let before = stage > 0 && isFirst ? stage - 1 : stage
        let inputs = hiera.widthPerStage[before], outputs = hiera.widthPerStage[stage]
        let read = sides[before] * sides[before], written = sides[stage] * sides[stage]
        let window = hiera.windowPerStage[before]
        let inner = Int(Double(outputs) * hiera.mlpRatio)
        return linear(read, from: inputs, to: 3 * outputs)
            + (inputs == outputs ? ComputeCost() : linear(read, from: inputs, to: outputs))
            + .attention(pairs: written * (isGlobal ? read : window * window), width: outputs)
            + linear(written, from: outputs, to: outputs)
            + linear(written, from: outputs, to: inner) + linear(written, from: inner, to: outputs)
    }

    /// The first self-attention of a frame, which all objects share.
    package func selfAttended(_ memory: MemoryConfiguration) -> ComputeCost {
        memory.attentionLayers > 0 ? ownAttention(memory) : ComputeCost()
    }

    /// One frame of a clip with its objects, each with a full memory bank.
    package func trackedFrame(_ memory: MemoryConfiguration, objects: Int) -> ComputeCost {
        encoder + object(memory, memories: memory.maskMemories, pointers: memory.maximumObjectPointers) * objects
    }

    /// One object in one frame: memory attention after the shared self-attention, mask decoder, memory encoder.
    /// - Parameters:
    ///   - memories: number of frame memories that are read.
    ///   - pointers: number of object pointers that are read.
    package func object(_ memory: MemoryConfiguration, memories: Int, pointers: Int) -> ComputeCost {
        let tokens = pointers * configuration.hiddenSize / memory.encoderOutputChannels
        return attention(memory, places * memories + tokens) + decoder + encoder(memory)
    }

    private func attention(_ memory: MemoryConfiguration, _ remembered: Int) -> ComputeCost {
        let hidden = memory.attentionHiddenSize, width = hidden / memory.attentionDownsampleRate
        let narrow = memory.encoderOutputChannels
        // With one head, values can be averaged before projection, which is less work if they are narrower.
        let averagesFirst = memory.attentionHeads == 1 && narrow < width
        let other = linear(places, from: hidden, to: width) + linear(remembered, from: narrow, to: width)
            + linear(averagesFirst ? places : remembered, from: narrow, to: width)
            + .attention(pairs: places * remembered, width: width, valueWidth: averagesFirst ? narrow : width)
        let inner = memory.attentionFeedForwardSize
        let layer = other + linear(places, from: width, to: hidden)
            + linear(places, from: hidden, to: inner) + linear(places, from: inner, to: hidden)
        return layer * memory.attentionLayers + ownAttention(memory) * max(0, memory.attentionLayers - 1)
    }

    private func ownAttention(_ memory: MemoryConfiguration) -> ComputeCost {
        let hidden = memory.attentionHiddenSize, width = hidden / memory.attentionDownsampleRate
        return linear(places, from: hidden, to: width) * 3 + .attention(pairs: places * places, width: width)
            + linear(places, from: width, to: hidden)
    }

    private var decoder: ComputeCost {
        let decoder = configuration.maskDecoder, hidden = decoder.hiddenSize, width = hidden / decoder.attentionDownsampleRate
        // Object score, IoU, a token for each mask, and two for a prompt without points.
        let masks = decoder.multimaskOutputs + 1, tokens = 4 + masks
        func cross(_ queries: Int, _ keys: Int) -> ComputeCost {
            linear(queries, from: hidden, to: width) + linear(keys, from: hidden, to: width) * 2
                + .attention(pairs: queries * keys, width: width) + linear(queries, from: width, to: hidden)
        }
        let own = linear(tokens, from: hidden, to: hidden) * 4 + .attention(pairs: tokens * tokens, width: hidden)
        let mlp = linear(tokens, from: hidden, to: decoder.mlpDim) + linear(tokens, from: decoder.mlpDim, to: hidden)
        let layers = (own + cross(tokens, places) + mlp + cross(places, tokens)) * decoder.hiddenLayers + cross(tokens, places)
        let upscaling = linear(places, from: hidden, to: 4 * (hidden / 4)) + linear(4 * places, from: hidden / 4, to: 4 * (hidden / 8))
        return layers + upscaling + ComputeCost(operations: 2 * Double(16 * places * hidden / 8 * masks))
    }

    private func encoder(_ memory: MemoryConfiguration) -> ComputeCost {
        let width = memory.encoderHiddenSize, kernel = memory.maskDownsamplerKernelSize * memory.maskDownsamplerKernelSize
        var work = linear(places, from: width, to: width), side = configuration.imageSize, channels = 1, stride = 1
        while stride < memory.maskDownsamplerTotalStride {
            stride *= memory.maskDownsamplerStride
            side /= memory.maskDownsamplerStride
            let outputs = channels * memory.maskDownsamplerStride * memory.maskDownsamplerStride
            work = work + linear(side * side, from: kernel * channels, to: outputs)
            channels = outputs
        }
        work = work + linear(places, from: channels, to: width)
        let taps = memory.fuserKernelSize * memory.fuserKernelSize
        let block = linear(places * memory.fuserWidth, from: taps, to: 1)
            + linear(places, from: memory.fuserWidth, to: memory.fuserIntermediateSize)
            + linear(places, from: memory.fuserIntermediateSize, to: memory.fuserWidth)
        return work + block * memory.fuserLayers + linear(places, from: width, to: memory.encoderOutputChannels)
    }

    /// Positions of the image embedding.
    private var places: Int { configuration.promptEncoder.embeddingSide * configuration.promptEncoder.embeddingSide }

    private func linear(_ rows: Int, from inputs: Int, to outputs: Int) -> ComputeCost {
        .linear(rows, from: inputs, to: outputs, weights)
    }
}
