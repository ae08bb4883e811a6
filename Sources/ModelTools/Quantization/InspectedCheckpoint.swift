import DescribeAnything
import SegmentAnything
import Tensors

extension CheckpointInspection {
    /// Inspects a checkpoint of DAM, or of SAM 2 if the path holds one.
    /// - Throws: `CheckpointError` if the configuration or a file cannot be read at all.
    package init(path: String) throws {
        self = SegmentAnythingCheckpoint.isSegmentAnything(path)
            ? try Self(segmentAnything: path) : try Self(directory: path)
    }
}
