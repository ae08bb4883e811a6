import CFFmpeg
import Foundation
import Imaging

/// Writes object numbers as an indexed PNG, the layout DAVIS and SAM 2 use: the palette index of a pixel is its object's
/// number, and the palette only serves people who look.
package enum LabelImageWriter {
    /// The colour of each number in the DAVIS palette: the bits of the number, three at a time, become the high bits of
    /// red, green and blue. Source: `labelcolormap` of the Pascal VOC development kit, which DAVIS took over.
    package static func colour(of label: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
        var rest = label, colour: (red: UInt8, green: UInt8, blue: UInt8) = (0, 0, 0)
        for bit in stride(from: UInt8(7), through: 0, by: -1) where rest > 0 {
            colour.red |= (rest & 1) << bit
            colour.green |= (rest >> 1 & 1) << bit
            colour.blue |= (rest >> 2 & 1) << bit
            rest >>= 3
        }
        return colour
    }

    /// Writes to a temporary name beside `path`, then renames: a reader never sees half a picture.
    /// - Throws: `VideoError` when a number is above 255, or the file cannot be written.
    package static func write(_ labels: LabelImage, to path: String) throws {
        let bytes = try png(labels, path: path)
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw VideoError.writeFailed(path: path, reason: error.localizedDescription)
        }
    }

    /// The PNG file's bytes.
    /// - Parameter path: what errors call the file.
    package static func png(_ labels: LabelImage, path: String) throws -> [UInt8] {
        if let highest = labels.values.max(), highest > 255 {
            throw VideoError.invalid(path: path, found: "object number \(highest)", expected: "at most 255 in an indexed PNG")
        }
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw VideoError.invalid(path: path, found: "an FFmpeg without a PNG encoder", expected: "one with it")
        }
        let encoder = try CodecHandle(codec, path: path)
        encoder.pointer.pointee.width = Int32(clamping: labels.width)
        encoder.pointer.pointee.height = Int32(clamping: labels.height)
        encoder.pointer.pointee.pix_fmt = AV_PIX_FMT_PAL8
        encoder.pointer.pointee.time_base = AVRational(num: 1, den: 1)
        encoder.pointer.pointee.thread_count = 1
        try encoder.open(path: path)
        let frame = try indexedFrame(labels, path: path)
        try check(avcodec_send_frame(encoder.pointer, frame.pointer), "encode the PNG", path)
        try check(avcodec_send_frame(encoder.pointer, nil), "encode the PNG", path)
        let packet = try PacketHandle(path: path)
        try check(avcodec_receive_packet(encoder.pointer, packet.pointer), "encode the PNG", path)
        guard let data = packet.pointer.pointee.data else { throw outOfMemory("encode the PNG", path) }
        return Array(UnsafeBufferPointer(start: data, count: Int(packet.pointer.pointee.size)))
    }

    private static func indexedFrame(_ labels: LabelImage, path: String) throws -> FrameHandle {
        let frame = try FrameHandle(path: path)
        frame.pointer.pointee.format = AV_PIX_FMT_PAL8.rawValue
        frame.pointer.pointee.width = Int32(clamping: labels.width)
        frame.pointer.pointee.height = Int32(clamping: labels.height)
        try check(av_frame_get_buffer(frame.pointer, 0), "hold a picture", path)
        guard let indices = frame.pointer.pointee.data.0, let palette = frame.pointer.pointee.data.1 else {
            throw outOfMemory("hold a picture", path)
        }
        let stride = Int(frame.pointer.pointee.linesize.0)
        for row in 0..<labels.height {
            for column in 0..<labels.width {
                indices[row * stride + column] = UInt8(truncatingIfNeeded: labels.values[row * labels.width + column])
            }
        }
        palette.withMemoryRebound(to: UInt32.self, capacity: 256) { palette in
            for label in 0..<256 {
                let colour = colour(of: UInt8(label))
                palette[label] = 0xFF00_0000 | UInt32(colour.red) << 16 | UInt32(colour.green) << 8 | UInt32(colour.blue)
            }
        }
        return frame
    }
}
