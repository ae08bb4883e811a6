import Tensors

/// How a checkpoint's weights are to be stored: which type each tensor gets.
package struct WeightFormats: Sendable, Equatable {
    /// Of the vision tower, the context provider and the projector; nil leaves them as they are.
    package let vision: DataType?
    /// Of the language model.
    package let language: DataType?

    package init(vision: DataType?, language: DataType?) {
        self.vision = vision
        self.language = language
    }

    /// The type of a tensor once it is converted.
    ///
    /// Norms, biases, factors and tables of positions stay as they are: they are small, and each of their numbers counts.
    /// Only matrices are quantised, and neither the embeddings of patches, whose matrices are small, nor those of tokens,
    /// of which a prompt reads some rows (tied ones are a head as well, and lose more than they save). A head of its own,
    /// which decides between tokens that are near each other, keeps 8 bits where the layers have 4.
    /// - Parameter isLanguage: whether the tensor is one of the language model's.
    func dataType(of tensor: StoredTensor, named name: String, isLanguage: Bool) -> DataType {
        guard let wanted = isLanguage ? language : vision, tensor.shape.count >= 2, !tensor.shape.contains(0),
            !name.hasSuffix("position_embedding.weight")
        else { return tensor.dataType }
        guard wanted.isQuantized else { return wanted }
        if isLanguage, name == "lm_head.weight" { return .q8 }
        let isMatrix = tensor.shape.count == 2 && name.hasSuffix(".weight") && !name.hasSuffix("embed_tokens.weight")
        return isMatrix ? wanted : tensor.dataType
    }
}

extension DescribeAnythingModel {
    /// How the matrices are stored, in words: "f16", or "vision q8, language q4" where that differs.
    package var weightFormats: String {
        let (vision, language) = (visionDataType.rawValue.lowercased(), dataType.rawValue.lowercased())
        return vision == language ? language : "vision \(vision), language \(language)"
    }
}
