import Foundation
import Imaging
import LanguageModels
import Tensors

/// A complete SigLIP model, which scores how well an image and a text match. DAM's own vision tower cannot serve: it was
/// fine-tuned, and its last layer and pooling head are unused. Source: SigLIP, arXiv 2303.15343.
package struct SiglipModel: Sendable {
    package let directory: String
    private let tokenizer: UnigramModel
    private let text: SiglipTextModel
    private let patchEmbedding: PatchEmbedding
    /// `[patches, width]`.
    private let positionEmbedding: Tensor
    private let layers: [SiglipEncoderLayer]
    private let postLayernorm: LayerNorm
    private let head: SiglipPoolingHead
    private let processor: ImageProcessorConfiguration
    private let side: Int
    private let scale: Double
    private let bias: Double

    /// - Parameter directory: a checkpoint in the layout of `google/siglip-so400m-patch14-384`: `config.json`,
    ///   `preprocessor_config.json`, `model.safetensors`, `spiece.model`.
    /// - Throws: `CheckpointError` if anything is missing, of the wrong shape or unsupported.
    package init(directory: String) throws {
        self.directory = directory
        let configuration = try ConfigurationFile(path: directory + "/config.json")
        let vision = try SiglipConfiguration(configuration.object("vision_config"))
        processor = try ImageProcessorConfiguration(ConfigurationFile(path: directory + "/preprocessor_config.json"))
        let weights = try Checkpoint(directory: directory).weights, tower = weights["vision_model"], patch = vision.patchSize
        let textConfiguration = try SiglipTextConfiguration(configuration.object("text_config"))
        text = try SiglipTextModel(weights["text_model"], textConfiguration)
        let grid = vision.imageSize / patch
        patchEmbedding = try PatchEmbedding(
            tower["embeddings"]["patch_embedding"], channels: 3, patchSize: patch, width: vision.hiddenSize)
        positionEmbedding = try tower["embeddings"]["position_embedding"]["weight"].tensor([grid * grid, vision.hiddenSize])
        layers = try (0..<vision.hiddenLayers).map { try SiglipEncoderLayer(tower["encoder"]["layers"][$0], vision) }
        postLayernorm = try LayerNorm(tower["post_layernorm"], width: vision.hiddenSize, epsilon: vision.layerNormEps)
        head = try SiglipPoolingHead(tower["head"], vision)
        side = vision.imageSize
        (scale, bias) = try (Self.scalar(weights["logit_scale"]), Self.scalar(weights["logit_bias"]))
        tokenizer = try UnigramModel(path: directory + "/spiece.model")
        guard tokenizer.pieceCount <= textConfiguration.vocabularySize, textConfiguration.outputSize == vision.hiddenSize else {
            throw CheckpointError(
                file: directory + "/config.json", found: "towers or a tokenizer that do not match", expected: "those of one model")
        }
    }

    private static func scalar(_ weights: Weights) throws -> Double { Double(try weights.tensor([1]).array[0]) }

    /// Token ids of a text as the model expects them: lower case, without punctuation, ended by EOS and padded.
    package func tokens(_ text: String) -> [Int] {
        let marks = Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".unicodeScalars)
        let plain = String(String.UnicodeScalarView(text.lowercased().unicodeScalars.filter { !marks.contains($0) }))
        let words = plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let end = tokenizer.eosID ?? 1, ids = tokenizer.encode(words).prefix(self.text.length - 1) + [end]
        // EOS is the padding token as well.
        return ids + Array(repeating: end, count: self.text.length - ids.count)
    }

    /// Embedding of a text, normalised to length 1.
    package func embedding(of text: String) -> [Double] { Self.unit(self.text(tokens(text)).array) }

    /// Embedding of an image, normalised to length 1.
    package func embedding(of picture: RGBImage) -> [Double] {
        let resized = resizeBicubic(
            picture.pixels, width: picture.width, height: picture.height, channels: 3, outputWidth: side, outputHeight: side)
        return embedding(pixels: pixels(resized))
    }

    /// - Parameter pixels: `[3, side, side]`, normalised.
    package func embedding(pixels: Tensor) -> [Double] {
        var hidden = patchEmbedding(pixels) + positionEmbedding
        for layer in layers { hidden = layer(hidden) }
        return Self.unit(head(postLayernorm(hidden)).array)
    }

    private func pixels(_ image: [UInt8]) -> Tensor {
        let plane = side * side, (factor, mean, deviation) = (processor.rescaleFactor, processor.mean, processor.deviation)
        return Tensor([3, side, side]) { output in
            for channel in 0..<3 {
                for place in 0..<plane {
                    let value = Float(Double(image[place * 3 + channel]) * factor)
                    output[channel * plane + place] = (value - mean[channel]) / deviation[channel]
                }
            }
        }
    }

    /// Cosine similarity of two unit vectors, and the probability that image and text match.
    package func likeness(_ one: [Double], _ other: [Double]) -> (cosine: Double, probability: Double) {
        let cosine = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
        return (cosine, 1 / (1 + exp(-(cosine * exp(scale) + bias))))
    }

    private static func unit(_ vector: [Float]) -> [Double] {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return vector.map { length > 0 ? Double($0) / length : 0 }
    }
}
