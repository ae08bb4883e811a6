import Detectors
import Foundation
import TestSupport
import Tensors
import Testing

/// If these fail, a published RF-DETR checkpoint is refused, or run with other shapes than it was trained with.
struct RFDETRConfigurationTests {
    private func configuration(_ json: String) throws -> RFDETRConfiguration {
        try withTemporaryDirectory { folder in
            try Data(json.utf8).write(to: folder.appending(path: "config.json"))
            return try RFDETRConfiguration(directory: folder.path)
        }
    }

    /// Missing keys have transformers' defaults.
    @Test func missingKeysHaveTransformersDefaults() throws {
        let bare = try configuration("{}")
        #expect(bare.width == 256 && bare.decoder.queries == 300 && bare.labels == ["LABEL_0", "LABEL_1"])
        #expect(bare.backbone.hiddenSize == 384 && bare.backbone.imageSize == 518 && bare.backbone.patchSize == 14)
        #expect(bare.backbone.outputs == [2, 5, 8, 11] && bare.backbone.windowedLayers == [0, 1, 3, 4, 6, 7, 9, 10])
        let empty = try configuration(#"{"backbone_config": {}}"#)
        #expect(empty.backbone.hiddenSize == 768 && empty.backbone.imageSize == 224 && empty.backbone.outputs == [12])
    }

    /// Feature maps are given by number, from the end, or by name; windows are theirs or the file's own.
    @Test(arguments: [
        (#""out_indices": [3, 6, 9, 12]"#, [3, 6, 9, 12], [0, 1, 2, 4, 5, 7, 8, 10, 11]),
        (#""out_indices": [-2, -1]"#, [11, 12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (#""out_features": ["stem", "stage6"]"#, [0, 6], [1, 2, 3, 4, 5]),
        (#""out_indices": [3, 6], "window_block_indexes": [0, 1]"#, [3, 6], [0, 1]),
    ])
    func readsMapsAndWindows(keys: String, outputs: [Int], windowed: [Int]) throws {
        let backbone = try configuration(#"{"backbone_config": {\#(keys)}}"#).backbone
        #expect(backbone.outputs == outputs && backbone.windowedLayers == Set(windowed))
    }

    /// The number of classes is that of the table's entries; a number without a name is still a class.
    @Test func labelsMayHaveGaps() throws {
        let labels = try configuration(#"{"id2label": {"1": "person", "2": "bicycle", "90": "toothbrush"}}"#).labels
        #expect(labels == ["LABEL_0", "person", "bicycle"])
    }

    @Test(arguments: [
        (#"{"backbone_config": {"out_indices": [3, 3]}}"#, "out_indices: found [3, 3], expected ascending numbers of states"),
        (#"{"backbone_config": {"out_features": ["stage13"]}}"#, "out_features: found \"stage13\""),
        (#"{"backbone_config": {"model_type": "dinov2"}}"#, "backbone_config.model_type: found \"dinov2\""),
        (#"{"backbone_config": {"num_channels": 1}}"#, "num_channels: found 1, expected 3"),
        (#"{"d_model": 30}"#, "d_model: found 30, expected a multiple of 4"),
        (#"{"hidden_expansion": 1e-9}"#, "hidden_expansion"),
        (#"{"id2label": {"0": 7}}"#, "id2label.0: found 7, expected a text"),
        (#"{"num_queries": 0}"#, "num_queries: found 0"),
    ])
    func refuses(json: String, says: String) throws {
        let error = #expect(throws: CheckpointError.self) { try configuration(json) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
    }

    /// Every published size divides into whole patches and windows, and has a cell for each query.
    @Test(arguments: RFDETRSize.allCases)
    func publishedSizesAreValid(size: RFDETRSize) throws {
        let configuration = try size.configuration(), backbone = configuration.backbone
        #expect(size.side % (backbone.patchSize * backbone.windows) == 0)
        let grid = size.side / backbone.patchSize
        #expect(configuration.decoder.queries <= grid * grid && configuration.labels.count == 91)
    }

    /// A model of a published size runs, with one box, row of class logits and mask per query; masks have a quarter of the
    /// input's side.
    @Test func theSmallestPublishedSizeRuns() throws {
        let model = try RFDETRModel(.segNano, format: .f32), prediction = model(.random([3, 312, 312]))
        #expect(prediction.logits.shape == [100, 91] && prediction.boxes.shape == [100, 4])
        #expect(prediction.masks?.shape == [100, 78, 78])
        #expect(prediction.logits.array.allSatisfy { $0.isFinite })
    }
}
