import LanguageModels
import Tensors

/// Configuration of a model: the root `config.json` of a checkpoint directory and the files of its four folders.
package struct DescribeAnythingConfiguration: Sendable {
    package let vision: SiglipConfiguration
    package let contextProvider: ContextProviderConfiguration
    package let projector: ProjectorKind
    package let language: LlamaConfiguration
    package let imageProcessor: ImageProcessorConfiguration
    /// Side of the vision tower's input in pixels: `vision_resolution`, or else the tower's own `image_size`.
    package let imageSize: Int
    /// Number of vision encoder layers that are computed: the index `mm_vision_select_layer` among the hidden states, of which 0
    /// is the embeddings.
    package let visionLayers: Int
    /// True if token 0 is dropped (`mm_vision_select_feature` "patch").
    package let dropsFirstToken: Bool
    /// Number of frames per clip in training.
    package let videoFrames: Int

    /// Tokens of one view.
    package var visionTokens: Int { gridSide * gridSide - (dropsFirstToken ? 1 : 0) }

    /// Tokens of one frame in the language model.
    package var imageTokens: Int {
        guard projector == .mlpDownsample else { return visionTokens }
        let blocks = (Int(Double(visionTokens).squareRoot()) + 1) / 2
        return blocks * blocks
    }

    /// Patches along a side of the image.
    package var gridSide: Int { imageSize / vision.patchSize }

    /// - Throws: `CheckpointError` if a file is missing or not JSON, a value is impossible or unsupported, or the parts do not
    ///   fit together.
    init(directory: String) throws {
        try self.init { try ConfigurationFile(path: directory + "/" + $0) }
    }

    /// - Parameter file: returns the configuration file at a path relative to the directory.
    /// - Throws: as above, and the errors of `file`.
    init(_ file: (String) throws -> ConfigurationFile) throws {
        let root = try file("config.json")
        vision = try SiglipConfiguration(file("vision_tower/config.json"))
        let context = try file("context_provider/config.json")
        contextProvider = try ContextProviderConfiguration(context)
        let projectorFile = try file("mm_projector/config.json")
        language = try LlamaConfiguration(file("llm/config.json"))
        imageProcessor = try ImageProcessorConfiguration(file("vision_tower/preprocessor_config.json"))

        try root.require("image_aspect_ratio", default: "resize", among: ["resize"])
        imageSize = try Self.imageSize(root, vision)
        let states = vision.hiddenLayers
        let selected = try root.integer("mm_vision_select_layer", default: -2, in: -(states + 1)...states)
        visionLayers = selected < 0 ? states + 1 + selected : selected
        dropsFirstToken =
            try root.require("mm_vision_select_feature", default: "cls_patch", among: ["cls_patch", "patch"]) == "patch"
        videoFrames = try root.integer("num_video_frames", default: 8, in: 1...4096)

        guard contextProvider.hiddenSize == vision.hiddenSize else {
            throw context.error("hidden_size", found: "\(contextProvider.hiddenSize)",
                                expected: "\(vision.hiddenSize), as in vision_tower")
        }
        guard contextProvider.hiddenLayers >= visionLayers else {
            throw context.error("num_hidden_layers", found: "\(contextProvider.hiddenLayers)",
                                expected: "at least the \(visionLayers) vision layers that are used")
        }
        let side = imageSize / vision.patchSize
        guard !dropsFirstToken || side > 1 else {
            throw root.error("mm_vision_select_feature", found: "\"patch\" of a single token", expected: "more than one")
        }
        projector = try ProjectorKind(projectorFile, tokens: side * side - (dropsFirstToken ? 1 : 0),
                                      from: vision.hiddenSize, to: language.hiddenSize)
    }

    private static func imageSize(_ root: ConfigurationFile, _ vision: SiglipConfiguration) throws -> Int {
        let resolution = try root.integer("vision_resolution", default: -1, in: -1...8192)
        guard resolution > 0, resolution != vision.imageSize else { return vision.imageSize }
        try root.require("interpolate_mode", default: "linear", among: ["linear"])
        guard resolution / vision.patchSize >= 2 else {
            throw root.error("vision_resolution", found: "\(resolution)",
                             expected: "at least two patches of \(vision.patchSize)")
        }
        return resolution
    }
}
