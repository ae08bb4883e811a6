import LanguageModels
import Tensors

/// The configuration of a checkpoint directory and the tensors of its four parts.
struct CheckpointFiles {
    let directory: String
    let configuration: DescribeAnythingConfiguration
    let visionTower: Checkpoint
    let contextProvider: Checkpoint
    /// nil for the identity projector, which has no weights.
    let projector: Checkpoint?
    let llm: Checkpoint

    init(directory: String, policy: Checkpoint.Policy) throws {
        self.directory = directory
        configuration = try DescribeAnythingConfiguration(directory: directory)
        visionTower = try Checkpoint(directory: directory + "/vision_tower", policy: policy)
        contextProvider = try Checkpoint(directory: directory + "/context_provider", policy: policy)
        projector =
            configuration.projector == .identity
            ? nil : try Checkpoint(directory: directory + "/mm_projector", policy: policy)
        llm = try Checkpoint(directory: directory + "/llm", policy: policy)
    }

    /// The parts with their folder names.
    var parts: [(name: String, checkpoint: Checkpoint)] {
        [("vision_tower", visionTower), ("context_provider", contextProvider)]
            + (projector.map { [("mm_projector", $0)] } ?? []) + [("llm", llm)]
    }

    /// Errors for tensors that loading the model from these files did not read and that are not known to be unused.
    func leftOver(_ configuration: DescribeAnythingConfiguration) -> [CheckpointError] {
        visionTower.leftOver { SiglipVisionModel.isDead($0, configuration) }
            + contextProvider.leftOver { ContextProvider.isDead($0, configuration) }
            + (projector?.leftOver { _ in false } ?? [])
            + llm.leftOver { LlamaModel.isDead($0, configuration.language) }
    }
}
