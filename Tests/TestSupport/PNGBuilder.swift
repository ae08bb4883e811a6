import Foundation

/// PNG files of 8-bit samples, stored without compression.
package enum PNGBuilder {
    package enum Color: UInt8 {
        case grey = 0, rgb = 2, greyAlpha = 4, rgbAlpha = 6

        var channels: Int {
            switch self {
            case .grey: 1
            case .rgb: 3
            case .greyAlpha: 2
            case .rgbAlpha: 4
            }
        }
    }

    /// - Parameter sample: returns the channels of a pixel, by column and row.
    package static func png(_ color: Color, width: Int, height: Int, _ sample: (Int, Int) -> [UInt8]) -> Data {
        var rows: [UInt8] = []
        for y in 0..<height { rows += [0] + (0..<width).flatMap { sample($0, y).prefix(color.channels) } }
        let header = number(width) + number(height) + [8, color.rawValue, 0, 0, 0]
        return Data(
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("IDAT", stored(rows)) + chunk("IEND", []))
    }

    /// An indexed image.
    /// - Parameter palette: R, G and B of each index.
    package static func palette(_ palette: [[UInt8]], width: Int, height: Int, _ index: (Int, Int) -> UInt8) -> Data {
        var rows: [UInt8] = []
        for y in 0..<height { rows += [0] + (0..<width).map { index($0, y) } }
        let header = number(width) + number(height) + [8, 3, 0, 0, 0]
        return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunk("PLTE", palette.flatMap(\.self))
            + chunk("IDAT", stored(rows)) + chunk("IEND", []))
    }

    /// A grey image with boxes of given values; 0 elsewhere.
    package static func labels(
        width: Int = 32, height: Int = 24, _ boxes: [(value: UInt8, columns: Range<Int>, rows: Range<Int>)]
    ) -> Data {
        png(.grey, width: width, height: height) { x, y in
            [boxes.last { $0.columns.contains(x) && $0.rows.contains(y) }?.value ?? 0]
        }
    }

    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: 65535) {
            let part = bytes[start..<min(bytes.count, start + 65535)], size = UInt16(part.count)
            let isLast: UInt8 = part.endIndex == bytes.count ? 1 : 0
            result += [isLast, UInt8(size & 0xFF), UInt8(size >> 8), UInt8(~size & 0xFF), UInt8(~size >> 8)] + part
        }
        var low = 1, high = 0
        for byte in bytes {
            low = (low + Int(byte)) % 65521
            high = (high + low) % 65521
        }
        return result + number(high << 16 | low)
    }

    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let content = Array(name.utf8) + data
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in content {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? 0xEDB8_8320 ^ remainder >> 1 : remainder >> 1 }
        }
        return number(data.count) + content + number(Int(~remainder))
    }

    private static func number(_ value: Int) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(value >> $0 & 0xFF) }
    }
}
