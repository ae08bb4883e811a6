import Tensors

extension CheckpointInspection {
    /// Collects facts about a SAM 2 checkpoint.
    /// - Throws: `CheckpointError` if the configuration or a file cannot be read at all, or the parts do not fit together.
    package init(segmentAnything path: String) throws {
        let files = try SegmentAnythingCheckpoint(path: path, policy: .collecting)
        self.init(
            path: path, configuration: files.configuration.summary, parts: [("sam2", files.checkpoint)],
            leftOver: try files.leftOver())
    }
}

extension SegmentAnythingConfiguration {
    /// Configuration values that determine the computation, as text.
    fileprivate var summary: [CheckpointInspection.Entry] {
        let hiera = vision.backbone
        func list(_ values: [Int]) -> String { values.map(String.init).joined(separator: ", ") }
        var values = [
            ("image encoder", "Hiera, stages of \(list(hiera.blocksPerStage)) blocks, widths \(list(hiera.widthPerStage))"),
            ("picture",
             "\(imageSize)x\(imageSize), \(promptEncoder.embeddingSide)x\(promptEncoder.embeddingSide) positions of width \(hiddenSize)"),
            ("mask decoder", "\(maskDecoder.multimaskOutputs) masks per prompt"),
        ]
        if let memory {
            values.append((
                "memory",
                "\(memory.maskMemories) frames of \(memory.encoderOutputChannels), \(memory.attentionLayers) layers of attention"))
        } else {
            values.append(("memory", "none: images only"))
        }
        return values.map(CheckpointInspection.Entry.init)
    }
}
