import Files
import Tensors

/// The tensors of an RF-DETR checkpoint in either layout: transformers' own names, or the authors', which transformers also
/// writes.
struct RFDETRCheckpoint: Sendable {
    let configuration: RFDETRConfiguration
    let checkpoint: Checkpoint
    /// Scope of backbone, projector, proposals and decoder.
    let model: Weights
    /// The scope of `class_embed` and `bbox_embed`.
    let heads: Weights
    /// Scope of the mask head; nil for a model without masks.
    let segmentation: Weights?
    private let layout: Layout

    private enum Layout {
        /// `model.backbone...`, or `model.model.backbone...` with a mask head.
        case transformers
        /// `backbone.0.encoder...`, `transformer.decoder...`.
        case original
    }

    /// - Parameter directory: contains `config.json` and `model.safetensors`, or the shards that its index lists.
    /// - Throws: `CheckpointError` if a file is missing or invalid.
    init(directory: String) throws {
        configuration = try RFDETRConfiguration(directory: directory)
        checkpoint = try Checkpoint(directory: directory)
        // A tensor that every checkpoint has distinguishes the layouts.
        layout = checkpoint.contains(OriginalLayout.name(of: "backbone.backbone.embeddings.cls_token")) ? .original : .transformers
        switch layout {
        case .original:
            let names = OriginalLayout(checkpoint: checkpoint).weights
            model = names
            heads = names
            let hasMasks = configuration.namesMasks || names["segmentation_head"]["segmentation_bias"].exists
            segmentation = hasMasks ? names["segmentation_head"] : nil
        case .transformers:
            let names = checkpoint.weights, hasMasks = configuration.namesMasks || names["segmentation_bias"].exists
            heads = hasMasks ? names["model"] : names
            model = heads["model"]
            segmentation = hasMasks ? names : nil
        }
    }

    /// - Throws: `CheckpointError` that names a tensor which the model does not use.
    func refuseLeftOver() throws {
        if let leftOver = checkpoint.leftOver(isDead: isDead).first { throw leftOver }
    }

    /// True for tensors that only training reads: the mask token, the first-stage heads of the other query groups, and the
    /// layers after the last map.
    private func isDead(_ name: String) -> Bool {
        let prefix = layout == .transformers ? model.name + "." : ""
        guard name.hasPrefix(prefix) else { return false }
        let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
        let encoder = layout == .transformers ? ["backbone", "backbone"] : ["backbone", "0", "encoder", "encoder"]
        if parts.starts(with: encoder.map { Substring($0) }) {
            let rest = parts.dropFirst(encoder.count)
            if rest.elementsEqual(["embeddings", "mask_token"]) { return configuration.backbone.hasMaskToken }
            guard rest.starts(with: ["encoder", "layer"]), let number = rest.dropFirst(2).first.flatMap({ Int($0) }) else {
                return false
            }
            return (configuration.backbone.usedLayers..<configuration.backbone.layers).contains(number)
        }
        let group = parts.dropFirst(layout == .transformers ? 0 : 1)
        let perGroup: Set<Substring> = ["enc_output", "enc_output_norm", "enc_out_bbox_embed", "enc_out_class_embed"]
        guard let module = group.first, perGroup.contains(module), let number = group.dropFirst().first.flatMap({ Int($0) })
        else { return false }
        return number >= 1 && number < configuration.decoder.groups
    }
}
