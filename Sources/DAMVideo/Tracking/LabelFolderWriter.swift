import Foundation
import Imaging
import MaskTracking
import VideoDecoding

/// Writes masks as a folder of label PNGs, one a frame: `00000.png` and on.
struct LabelFolderWriter {
    private let path: String

    /// Makes the folder when it is missing.
    /// - Throws: `DAMVideoError`: `outputExists` when it holds PNGs already and may not overwrite, or `inputOutput`.
    init(path: String, overwrites: Bool) throws {
        self.path = path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw DAMVideoError(.inputOutput, "\(path): found a file, expected a folder") }
            let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            guard overwrites || !files.contains(where: { $0.lowercased().hasSuffix(".png") }) else {
                throw DAMVideoError(.outputExists, "\(path): holds PNG files already (--overwrite replaces them)")
            }
        } else {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw DAMVideoError(.inputOutput, "\(path): cannot be made: \(error.localizedDescription)")
            }
        }
    }

    /// Whether the tracks' ids can be pixel values.
    /// - Throws: `DAMVideoError` of kind `usage`.
    func check(_ tracks: [Track]) throws {
        for track in tracks where label(of: track.id) == nil {
            throw DAMVideoError(.usage, "\(path): found track \(track.id), expected numbers from 1 to 255 for label PNGs")
        }
    }

    /// Writes every frame's masks. Where given masks overlap, the higher number covers the lower, as DAVIS draws them.
    func write(_ masks: PropagatedMasks) throws {
        for frame in masks.annotatedFrames {
            var values = [UInt16](repeating: 0, count: masks.size.width * masks.size.height)
            for track in masks.tracks where track.appearance(at: frame) != nil {
                guard let label = label(of: track.id) else { continue }
                for (place, value) in try masks.mask(of: track.id, at: frame).pixels.enumerated() where value != 0 {
                    values[place] = label
                }
            }
            let image = LabelImage(width: masks.size.width, height: masks.size.height, values: values)
            let name = String(frame)
            let file = String(repeating: "0", count: max(0, 5 - name.count)) + name + ".png"
            try LabelImageWriter.write(image, to: URL(filePath: path).appending(path: file).path)
        }
    }

    private func label(of id: TrackID) -> UInt16? {
        guard case .number(let number) = id, (1...255).contains(number) else { return nil }
        return UInt16(number)
    }
}
