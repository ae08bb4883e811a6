/// Image features of frames that will be looked at again. Those that come first stay, as many as there is room for: frames are
/// looked at in the same order each time, so that letting go of old ones would lose all of them.
struct FeatureStore {
    /// Frames whose features are worth keeping.
    var wanted: Set<Int> = []

    /// Bytes.
    private let limit: Int
    private var kept: [Int: ImageFeatures] = [:]
    private var bytes = 0

    init(limit: Int) { self.limit = limit }

    subscript(frame: Int) -> ImageFeatures? { kept[frame] }

    mutating func keep(_ features: ImageFeatures, of frame: Int) {
        guard wanted.contains(frame), kept[frame] == nil, bytes + features.bytes <= limit else { return }
        kept[frame] = features
        bytes += features.bytes
    }

    mutating func release(_ frame: Int) {
        bytes -= kept.removeValue(forKey: frame)?.bytes ?? 0
        wanted.remove(frame)
    }
}

extension ImageFeatures {
    fileprivate var bytes: Int { ([embedding] + highResolution).reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size }
}
