import CFFmpeg

/// Distinguishes H.264 packets that hold a field, or a frame coded as two fields, from those that hold a frame.
final class FieldParser {
    private let parser: UnsafeMutablePointer<AVCodecParserContext>
    private let codec: CodecHandle

    init(_ parameters: AVCodecParameters) throws {
        var parameters = parameters
        guard let decoder = avcodec_find_decoder(parameters.codec_id),
            let parser = av_parser_init(Int32(parameters.codec_id.rawValue))
        else { throw IndexProblem(reason: "this FFmpeg has no parser for its codec") }
        self.parser = parser
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        codec = try CodecHandle(decoder, path: "")
        try check(avcodec_parameters_to_context(codec.pointer, &parameters), "set up the parser", "")
    }

    func isField(_ packet: AVPacket) -> Bool {
        var data: UnsafeMutablePointer<UInt8>?
        var size: Int32 = 0
        av_parser_parse2(
            parser, codec.pointer, &data, &size, packet.data, packet.size, packet.pts, packet.dts, packet.pos)
        return [AV_PICTURE_STRUCTURE_TOP_FIELD, AV_PICTURE_STRUCTURE_BOTTOM_FIELD].contains(parser.pointee.picture_structure)
    }

    deinit {
        av_parser_close(parser)
    }
}
