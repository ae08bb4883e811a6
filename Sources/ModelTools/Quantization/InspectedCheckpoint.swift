import DescribeAnything
import SegmentAnything
import Tensors

extension CheckpointInspection {
    /// Facts about a checkpoint of DAM, or of SAM 2 if the path says that it holds that.
    /// - Throws: `CheckpointError` if the configuration or a file cannot be read at all.
    package init(path: String) throws {
        self = SegmentAnythingCheckpoint.isSegmentAnything(path)
            ? try Self(segmentAnything: path) : try Self(directory: path)
    }
}
