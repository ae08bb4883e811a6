import CFFmpeg

/// Reason that a file's frames cannot be numbered from its packets.
struct IndexProblem: Error {
    let reason: String
}

/// Inspects packets of codecs for which it is known when a packet is a frame, and where decoding can start such that all frames
/// displayed from there on equal those of sequential decoding.
struct PacketInspector {
    /// Properties of one packet.
    struct Finding: Equatable {
        /// True if a frame is displayed at the packet's time.
        var isShown = true
        /// True if decoding can start here.
        var isEntry = false
        /// True if it carries headers that later packets need.
        var hasHeaders = false
    }

    /// Permitted deviation of packet order from presentation order.
    enum Order {
        case asShown
        /// Only between consecutive entries.
        case withinEntries
        /// Also across entries: some frames are displayed before the entry they follow.
        case any
    }

    private enum Kind {
        case nal(hevc: Bool, NALUnits.Framing)
        case vp8, vp9
        /// Flagged by the container, or every packet.
        case flagged
    }

    var order: Order {
        guard case .nal(let hevc, _) = kind else { return .asShown }
        return hevc ? .any : .withinEntries
    }

    private let kind: Kind
    private let fields: FieldParser?

    /// - Throws: `IndexProblem` for other codecs.
    init(_ parameters: AVCodecParameters) throws {
        switch parameters.codec_id {
        case AV_CODEC_ID_H264, AV_CODEC_ID_HEVC:
            let hevc = parameters.codec_id == AV_CODEC_ID_HEVC
            let extradata = buffer(parameters.extradata, parameters.extradata_size)
            guard let framing = NALUnits.Framing(hevc: hevc, extradata: extradata) else {
                throw IndexProblem(reason: "its codec header is cut off")
            }
            kind = .nal(hevc: hevc, framing)
            fields = hevc ? nil : try FieldParser(parameters)
            return
        case AV_CODEC_ID_VP8: kind = .vp8
        case AV_CODEC_ID_VP9: kind = .vp9
        case AV_CODEC_ID_AV1, AV_CODEC_ID_FFV1, AV_CODEC_ID_MJPEG, AV_CODEC_ID_PRORES, AV_CODEC_ID_DNXHD,
            AV_CODEC_ID_RAWVIDEO, AV_CODEC_ID_PNG, AV_CODEC_ID_JPEG2000, AV_CODEC_ID_HUFFYUV, AV_CODEC_ID_FFVHUFF,
            AV_CODEC_ID_UTVIDEO:
            kind = .flagged
        default:
            throw IndexProblem(reason: "a packet need not be a frame in the codec \(codecName(parameters.codec_id))")
        }
        fields = nil
        if parameters.codec_id == AV_CODEC_ID_MJPEG,
            ![AV_FIELD_UNKNOWN, AV_FIELD_PROGRESSIVE].contains(parameters.field_order) {
            throw IndexProblem(reason: "its pictures may be stored as separate fields")
        }
    }

    /// - Throws: `IndexProblem` if the packet violates the assumptions of the numbering.
    func inspect(_ packet: AVPacket) throws -> Finding {
        let bytes = buffer(packet.data, packet.size)
        guard let first = bytes.first else { throw IndexProblem(reason: "it has empty packets") }
        let isFlagged = packet.flags & AV_PKT_FLAG_KEY != 0
        switch kind {
        case .nal(let hevc, let framing):
            guard let units = NALUnits(bytes, hevc: hevc, framing: framing) else {
                throw IndexProblem(reason: "it has damaged packets")
            }
            if let fields, fields.isField(packet) { throw IndexProblem(reason: "its pictures are stored as separate fields") }
            return try hevc ? finding(hevc: units, isFlagged) : finding(h264: units, isFlagged)
        case .vp8:  // RFC 6386, 9.1
            return Finding(isShown: first & 0x10 != 0, isEntry: isFlagged && first & 1 == 0)
        case .vp9:
            return Finding(isShown: showsPicture(vp9: bytes), isEntry: isFlagged)
        case .flagged:
            return Finding(isEntry: isFlagged)
        }
    }

    /// Accepts only IDR pictures as entries: encoders do not always keep the promises of other key frames.
    private func finding(h264 units: NALUnits, _ isFlagged: Bool) throws -> Finding {
        guard let type = units.firstPicture else { throw IndexProblem(reason: "it has packets without a picture") }
        return Finding(isEntry: isFlagged && type == 5, hasHeaders: try hasHeaders(units))
    }

    /// Accepts IDR and CRA pictures as entries. After a BLA picture (16 to 18) or the end of a sequence, pictures are dropped.
    private func finding(hevc units: NALUnits, _ isFlagged: Bool) throws -> Finding {
        guard let type = units.firstPicture else { throw IndexProblem(reason: "it has packets without a picture") }
        guard !(16...18).contains(type), !units.endsSequence else { throw IndexProblem(reason: "it is joined from parts") }
        return Finding(isEntry: isFlagged && (19...21).contains(type), hasHeaders: try hasHeaders(units))
    }

    private func hasHeaders(_ units: NALUnits) throws -> Bool {
        guard units.hasSequenceParameters == units.hasPictureParameters else {
            throw IndexProblem(reason: "its headers come in pieces")
        }
        return units.hasSequenceParameters
    }
}

private func buffer(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: start, count: start == nil ? 0 : max(0, Int(count)))
}

/// True if a VP9 packet displays a picture. A superframe, which ends with an index, displays exactly one.
/// Source: VP9 bitstream specification, 6.2 (uncompressed header) and Annex B (superframes).
private func showsPicture(vp9 packet: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = packet.first, let last = packet.last, last & 0xE0 != 0xC0 else { return true }
    let isProfile3 = first & 0x30 == 0x30
    let showsExisting = first & (isProfile3 ? 4 : 8) != 0
    return showsExisting || first & (isProfile3 ? 1 : 2) != 0
}
