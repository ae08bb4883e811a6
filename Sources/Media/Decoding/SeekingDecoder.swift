import CFFmpeg

/// Decoded frames do not match the packet index.
struct IndexMismatch: Error {}

/// Decodes the wanted frames and those they depend on, and skips the rest of the file.
final class SeekingDecoder: FrameSource {
    private let path: String
    private let index: FrameIndex
    private let presenter: FramePresenter
    /// Frame numbers, ascending.
    private let wanted: [Int]
    /// Minimum distance in bytes for seeking instead of reading on; nil to never seek.
    private var seekDistance: Int?
    private var handedOut = 0
    private var reader: FrameReader?
    /// Entry at which decoding last started.
    private var entry = FrameIndex.Entry(packet: 0, frame: 0)
    /// The frame that the decoder returns next.
    private var expected = 0
    private var hasSought = false

    init(path: String, index: FrameIndex, wanted: [Int], presenter: FramePresenter, seekDistance: Int?) {
        self.path = path
        self.index = index
        self.wanted = wanted
        self.presenter = presenter
        self.seekDistance = seekDistance
    }

    /// - Throws: `IndexMismatch` if the output does not match the index; frames returned so far were correct.
    func next() throws -> VideoFrame? {
        guard handedOut < wanted.count else { return nil }
        let number = wanted[handedOut]
        let picture = try pictureSeekingOrNot(number)
        handedOut += 1
        return try presenter.frame(
            picture, index: number, time: index.time(ofFrame: number), orientation: presenter.streamOrientation)
    }

    /// Damage shows as a mismatch.
    var damage: String? { nil }

    private func pictureSeekingOrNot(_ number: Int) throws -> FrameHandle {
        do {
            return try picture(number)
        } catch is IndexMismatch where hasSought {
            // Some containers do not find the position, or read differently than from the start.
            reader = nil
            hasSought = false
            seekDistance = nil
            return try picture(number)
        }
    }

    private func picture(_ number: Int) throws -> FrameHandle {
        let reader = try reader(at: number)
        while let picture = try reader.next() {
            let timestamp = picture.pointer.pointee.pts
            if expected == entry.frame, timestamp < index.timestamps[expected] { continue }
            guard expected < index.frameCount, timestamp == index.timestamps[expected],
                reader.damage.decoderErrors == 0, reader.damage.damagedFrames == 0,
                (picture.orientation ?? presenter.streamOrientation) == presenter.streamOrientation
            else { throw IndexMismatch() }
            expected += 1
            if expected > number { return picture }
        }
        throw IndexMismatch()
    }

    /// The reader, positioned to return `number` or frames before it.
    private func reader(at number: Int) throws -> FrameReader {
        let target = index.entry(for: number)
        if let reader, target.packet <= reader.packets.position { return reader }
        let reader = try self.reader ?? FrameReader(.file(path))
        self.reader = reader
        try move(reader.packets, to: target.packet)
        reader.restart()
        entry = target
        expected = target.frame
        return reader
    }

    private func move(_ packets: PacketReader, to target: Int) throws {
        if let seekDistance, distance(from: packets.position + 1, to: target) > seekDistance {
            hasSought = true
            guard packets.seek(to: target, in: index) else { throw IndexMismatch() }
        }
        while packets.position < target {
            guard packets.advance() else { throw IndexMismatch() }
        }
        guard index.packets[target].matches(packets.packet.pointer.pointee) else { throw IndexMismatch() }
    }

    /// Distance in bytes; 0 if the container does not say.
    private func distance(from packet: Int, to target: Int) -> Int {
        guard packet < target else { return 0 }
        let places = [packet, target].map { index.packets[$0].position }
        return places.allSatisfy { $0 >= 0 } ? Int(places[1] &- places[0]) : 0
    }
}
