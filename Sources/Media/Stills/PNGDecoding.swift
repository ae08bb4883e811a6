import CFFmpeg

/// Decodes a PNG, refusing wrong checksums and incomplete images. (One case is not detected: an interlaced file with valid
/// checksums whose compressed data ends early. All its rows are there, at a coarser resolution.)
/// - Throws: `VideoError`.
func decodePNG(_ png: PNGContainer, path: String) throws -> FrameHandle {
    let frame = try decodePNG(png, path: path, fill: 0xFF)
    // FFmpeg accepts an image whose compressed data ends early if the checksums are right. Rows it did not write keep the
    // buffer's initial value: if the last row may be such a row, decode again with another initial value and compare.
    let last = lastRow(of: frame)
    if let value = last.first, value != 0, last.allSatisfy({ $0 == value }) {
        guard try lastRow(of: decodePNG(png, path: path, fill: 0)) == last else {
            throw VideoError.invalid(path: path, found: "a PNG with rows missing", expected: "\(png.size) pixels")
        }
    }
    return frame
}

/// - Parameter fill: initial value of the pixels.
private func decodePNG(_ png: PNGContainer, path: String, fill: UInt8) throws -> FrameHandle {
    guard let decoder = avcodec_find_decoder(AV_CODEC_ID_PNG) else {
        throw VideoError.invalid(path: path, found: "a PNG", expected: "a format this FFmpeg decodes")
    }
    let codec = try CodecHandle(decoder, path: path)
    codec.pointer.pointee.thread_count = 1
    codec.pointer.pointee.err_recognition |= AV_EF_CRCCHECK | AV_EF_EXPLODE
    cffmpeg_fill_buffers(codec.pointer, fill)
    try codec.open(path: path)
    let packet = try PacketHandle(path: path)
    try check(av_new_packet(packet.pointer, Int32(png.essentials.count)), "hold the picture", path)
    png.essentials.withUnsafeBufferPointer { bytes in
        _ = UnsafeMutableBufferPointer(start: packet.pointer.pointee.data, count: bytes.count).update(from: bytes)
    }
    try check(avcodec_send_packet(codec.pointer, packet.pointer), "decode the PNG", path)
    try check(avcodec_send_packet(codec.pointer, nil), "decode the PNG", path)
    let frame = try FrameHandle(path: path)
    try check(avcodec_receive_frame(codec.pointer, frame.pointer), "decode the PNG", path)
    guard frame.size == png.size else {
        throw VideoError.invalid(path: path, found: "a picture of \(frame.size)", expected: "\(png.size)")
    }
    return frame
}

private func lastRow(of frame: FrameHandle) -> [UInt8] {
    let length = av_image_get_linesize(frame.format, frame.pointer.pointee.width, 0)
    guard let data = frame.pointer.pointee.data.0, length > 0 else { return [] }
    let row = data + (frame.size.height - 1) * Int(frame.pointer.pointee.linesize.0)
    return Array(UnsafeBufferPointer(start: row, count: Int(length)))
}
