/// Counts of faults found while a file is decoded.
struct DamageReport {
    var packets = 0
    /// Packets that the file should have; nil if it does not say.
    var expectedPackets: Int?
    /// Bytes that the container declares but the file lacks.
    var missingBytes = 0
    /// Bytes of another recording after the one that is read.
    var bytesOfOthers = 0
    var corruptPackets = 0
    /// The error that ended reading before the end of the file.
    var readError: String?
    var decoderErrors = 0
    /// FFmpeg's message for the first of them.
    var firstDecoderError: String?
    /// Frames decoded although part of their data was missing or wrong.
    var damagedFrames = 0

    /// One-line summary; nil without faults.
    func summary(decodedFrames: Int) -> String? {
        var parts: [String] = []
        if missingBytes > 0 { parts.append("the file ends \(missingBytes) bytes early") }
        if bytesOfOthers > 0 { parts.append("\(bytesOfOthers) bytes of another recording follow the end and are not read") }
        if let readError { parts.append("reading stopped early: \(readError)") }
        if let expectedPackets, packets < expectedPackets {
            parts.append("holds \(packets) of the \(expectedPackets) frames it declares")
        }
        if corruptPackets > 0 { parts.append("\(corruptPackets) corrupt \(corruptPackets == 1 ? "packet" : "packets")") }
        if decoderErrors > 0 {
            let times = decoderErrors == 1 ? "error" : "errors"
            parts.append("\(decoderErrors) decoder \(times) (\(firstDecoderError ?? "unknown"))")
        }
        if damagedFrames > 0 { parts.append("\(damagedFrames) damaged \(damagedFrames == 1 ? "frame" : "frames")") }
        guard !parts.isEmpty else { return nil }
        return parts.joined(separator: "; ") + "; \(decodedFrames) frames decoded"
    }
}
