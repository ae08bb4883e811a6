import CFFmpeg
import Imaging

/// Encodes object ids as PNGs that `ImageDecoder.labels` reads back unchanged: indexed with 8 bits and the DAVIS palette, or grey
/// with 16 bits if an id is above 255.
package enum LabelPNGEncoder {
    /// A PNG file.
    /// - Parameter path: destination, for messages.
    /// - Throws: `VideoError` if the image has more than 2^27 pixels, or FFmpeg has no PNG encoder.
    package static func png(_ labels: LabelImage, path: String) throws -> [UInt8] {
        guard labels.values.count <= CodecHandle.maximumPixels else {
            throw VideoError.invalid(
                path: path, found: "\(labels.values.count) pixels to write", expected: "at most \(CodecHandle.maximumPixels)")
        }
        let isDeep = labels.values.contains { $0 > 255 }
        let frame = try frame(labels, as: isDeep ? AV_PIX_FMT_GRAY16BE : AV_PIX_FMT_PAL8, path: path)
        return try encode(frame, path: path)
    }

    private static func frame(_ labels: LabelImage, as format: AVPixelFormat, path: String) throws -> FrameHandle {
        let handle = try FrameHandle(path: path)
        handle.pointer.pointee.format = format.rawValue
        handle.pointer.pointee.width = Int32(labels.width)
        handle.pointer.pointee.height = Int32(labels.height)
        try check(av_frame_get_buffer(handle.pointer, 0), "hold the picture", path)
        guard let data = handle.pointer.pointee.data.0 else { throw outOfMemory("hold the picture", path) }
        let stride = Int(handle.pointer.pointee.linesize.0)
        labels.values.withUnsafeBufferPointer { values in
            for row in 0..<labels.height {
                let line = data + row * stride
                for column in 0..<labels.width {
                    let value = values[row * labels.width + column]
                    if format == AV_PIX_FMT_PAL8 {
                        line[column] = UInt8(truncatingIfNeeded: value)
                    } else {
                        line[column * 2] = UInt8(value >> 8)
                        line[column * 2 + 1] = UInt8(value & 0xFF)
                    }
                }
            }
        }
        if format == AV_PIX_FMT_PAL8 {
            guard let palette = handle.pointer.pointee.data.1 else { throw outOfMemory("hold the palette", path) }
            palette.withMemoryRebound(to: UInt32.self, capacity: 256) { entries in
                for label in UInt8.min...UInt8.max {
                    let (red, green, blue) = LabelPalette.colour(of: label)
                    // Opaque, so that no tRNS chunk is written.
                    entries[Int(label)] = 0xFF << 24 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
                }
            }
        }
        return handle
    }

    static func encode(_ frame: FrameHandle, path: String) throws -> [UInt8] {
        guard let encoder = avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw VideoError.invalid(path: path, found: "an FFmpeg without PNG encoder", expected: "one that writes PNG")
        }
        let codec = try CodecHandle(encoder, path: path)
        codec.pointer.pointee.width = frame.pointer.pointee.width
        codec.pointer.pointee.height = frame.pointer.pointee.height
        codec.pointer.pointee.pix_fmt = frame.format
        codec.pointer.pointee.time_base = AVRational(num: 1, den: 1)
        codec.pointer.pointee.thread_count = 1
        try codec.open(path: path)
        try check(avcodec_send_frame(codec.pointer, frame.pointer), "encode the PNG", path)
        try check(avcodec_send_frame(codec.pointer, nil), "encode the PNG", path)
        let packet = try PacketHandle(path: path)
        try check(avcodec_receive_packet(codec.pointer, packet.pointer), "encode the PNG", path)
        return Array(UnsafeBufferPointer(start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)))
    }
}
