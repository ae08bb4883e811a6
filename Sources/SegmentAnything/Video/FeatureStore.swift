/// Cache of image features of frames that will be visited again. The first ones are kept, up to the limit: frames are visited in
/// the same order each time, so evicting the oldest would lose all of them.
struct FeatureStore {
    /// Frames whose features are to be kept.
    var wanted: Set<Int> = []

    /// In bytes.
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
