import Tensors

/// Values of `config.json` of a SAM 2 or SAM 2.1 checkpoint in the layout of `facebook/sam2.1-hiera-*`. Missing keys have
/// transformers' defaults, which are those of SAM 2.1 tiny.
package struct SegmentAnythingConfiguration: Sendable {
    package let vision: VisionConfiguration
    package let promptEncoder: PromptEncoderConfiguration
    package let maskDecoder: MaskDecoderConfiguration
    /// nil for a checkpoint that only segments images (`model_type` "sam2").
    package let memory: MemoryConfiguration?

    /// Side of the model's input in pixels.
    package var imageSize: Int { promptEncoder.imageSize }

    /// Width of the prompt encoder, the mask decoder and the neck.
    package var hiddenSize: Int { promptEncoder.hiddenSize }

    /// - Throws: `CheckpointError` if the file is missing or not JSON, a value is impossible or unsupported, or the parts do not
    ///   fit together.
    package init(directory: String) throws {
        try self.init(ConfigurationFile(path: directory + "/config.json"))
    }

    /// Checks that the widths of memory and image features fit together.
    /// - Parameter path: path of the file, for errors.
    /// - Throws: `CheckpointError` that names two sizes which do not fit.
    func checkTracking(_ memory: MemoryConfiguration, path: String) throws(CheckpointError) {
        func require(_ holds: Bool, _ key: String, _ found: Int, _ expected: String) throws(CheckpointError) {
            guard !holds else { return }
            throw CheckpointError(file: path, subject: key, found: "\(found)", expected: expected)
        }
        // An object pointer is split into tokens of the memory's width.
        let width = memory.encoderOutputChannels
        try require(
            hiddenSize % width == 0, "memory_encoder_output_channels", width, "a width that divides hidden_size, \(hiddenSize)")
        try require(
            promptEncoder.maskInputSide * 4 == imageSize, "image_size", imageSize,
            "\(promptEncoder.maskInputSide * 4), four times the side of the masks")
        var side = imageSize, stride = 1
        while stride < memory.maskDownsamplerTotalStride {
            stride *= memory.maskDownsamplerStride
            side = (side + 2 * memory.maskDownsamplerPadding - memory.maskDownsamplerKernelSize) / memory.maskDownsamplerStride + 1
        }
        try require(
            side == promptEncoder.embeddingSide, "mask_downsampler_total_stride", memory.maskDownsamplerTotalStride,
            "one that takes a picture of \(imageSize) to the side of the image embedding, \(promptEncoder.embeddingSide)")
    }

    init(_ root: ConfigurationFile) throws {
        let type = try root.require("model_type", default: "sam2_video", among: ["sam2_video", "sam2"])
        let promptFile = try root.object("prompt_encoder_config"), visionFile = try root.object("vision_config")
        let decoderFile = try root.object("mask_decoder_config")
        promptEncoder = try PromptEncoderConfiguration(promptFile)
        vision = try VisionConfiguration(visionFile, imageSize: promptEncoder.imageSize)
        maskDecoder = try MaskDecoderConfiguration(decoderFile)
        memory = type == "sam2" ? nil : try MemoryConfiguration(root)

        func require(_ file: ConfigurationFile, _ key: String, _ found: Int, _ expected: Int, as other: String) throws {
            guard found == expected else {
                throw file.error(key, found: "\(found)", expected: "\(expected), as in \(other)")
            }
        }
        let hidden = promptEncoder.hiddenSize
        try require(decoderFile, "hidden_size", maskDecoder.hiddenSize, hidden, as: "prompt_encoder_config")
        try require(visionFile, "fpn_hidden_size", vision.fpnHiddenSize, hidden, as: "prompt_encoder_config")
        let side = vision.featureSides[VisionConfiguration.featureLevels - 1]
        guard promptEncoder.embeddingSide == side, promptEncoder.maskInputSide == 4 * side else {
            throw promptFile.error(
                "patch_size", found: "\(promptEncoder.patchSize)",
                expected: "one that divides a picture of \(imageSize) into \(side), as the image encoder does")
        }
        guard let memory else { return }
        let pictures = try root.side("image_size", default: 1024, in: 1...8192)
        try require(root, "image_size", pictures, imageSize, as: "prompt_encoder_config")
        try require(root, "memory_attention_hidden_size", memory.attentionHiddenSize, hidden, as: "prompt_encoder_config")
        try require(root, "memory_encoder_hidden_size", memory.encoderHiddenSize, hidden, as: "prompt_encoder_config")
    }
}
