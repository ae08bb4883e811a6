import Imaging
import Media

/// Images and clips of records, each decoded once for all its regions.
struct RegionMedia: Sendable {
    let root: MediaRoot

    /// Calls `body` with the frames of each record's masks. Frames come in order, interleaved across records.
    /// - Parameters:
    ///   - records: records of one image or clip.
    ///   - body: called with the record's index, the mask's index in the record, the frame and the mask.
    /// - Throws: `InputError` if the media cannot be read, or has another size or fewer frames.
    func read(_ records: [(record: Record, masks: [FrameMask])], _ body: (Int, Int, RGBImage, Mask) throws -> Void) throws {
        guard let first = records.first?.record else { return }
        let path = root.path(of: first.media)
        try InputError.translating {
            switch first.kind {
            case .image: try show(ImageDecoder.rgb(path: path), frame: 0, path, records, body)
            case .video:
                let wanted = Set(records.flatMap { $0.masks.map(\.frame) }), frames = try VideoClip(path: path).frames(wanted)
                var seen: Set<Int> = []
                while let frame = try frames.next() {
                    seen.insert(frame.index)
                    try show(frame.image(), frame: frame.index, path, records, body)
                }
                if let missing = wanted.subtracting(seen).min() {
                    throw InputError(.invalid, path, found: "no frame \(missing)", expected: "one, as region \(first.id) has a mask there")
                }
            }
        }
    }

    private func show(
        _ picture: RGBImage, frame: Int, _ path: String, _ records: [(record: Record, masks: [FrameMask])],
        _ body: (Int, Int, RGBImage, Mask) throws -> Void
    ) throws {
        for (place, entry) in records.enumerated() {
            guard let number = entry.masks.firstIndex(where: { $0.frame == frame }) else { continue }
            let found = PictureSize(width: picture.width, height: picture.height)
            guard found == entry.record.size else {
                throw InputError(.invalid, path, found: "\(found) pixels",
                    expected: "\(entry.record.size), as region \(entry.record.id) has it")
            }
            try body(place, number, picture, entry.masks[number].runs.mask)
        }
    }

    /// The frames of one record, each with its mask.
    func frames(of record: Record) throws -> [(picture: RGBImage, mask: Mask)] {
        var frames: [(RGBImage, Mask)] = []
        try read([(record, record.masks())]) { _, _, picture, mask in frames.append((picture, mask)) }
        guard !frames.isEmpty else { throw InputError(.invalid, record.place, found: "no mask", expected: "at least one") }
        return frames
    }
}
