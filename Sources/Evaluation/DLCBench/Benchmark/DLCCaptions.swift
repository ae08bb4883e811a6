import Imaging

/// The captions to judge, by region.
package struct DLCCaptions: Sendable {
    let texts: [String: String]
    /// Regions without a caption, which use the default one.
    package let missing: [String]

    /// - Parameters:
    ///   - outputs: captions in a file; nil to judge those in the cache.
    ///   - fallback: caption for regions without one; nil to refuse them.
    /// - Throws: `InputError` that names the first region without a caption.
    package init(_ benchmark: DLCBenchmark, outputs: DLCOutputs?, cache: DLCCache?, fallback: String?) throws {
        var texts: [String: String] = [:], missing: [String] = []
        for key in benchmark.regions.map(\.key) {
            guard let text = outputs.map({ $0.caption(of: key) }) ?? cache?.entry(key)?.caption ?? fallback else {
                missing.append(key)
                continue
            }
            texts[key] = text
        }
        if let first = missing.first, fallback == nil {
            let others = missing.count > 1 ? " nor for \(missing.count - 1) others" : ""
            let place = outputs?.path ?? cache?.path
            throw InputError(
                .invalid, place, found: "no caption for region \(first)\(others)",
                expected: "one for each, or --default-caption")
        }
        for key in missing { texts[key] = fallback }
        (self.texts, self.missing) = (texts, missing)
    }
}
