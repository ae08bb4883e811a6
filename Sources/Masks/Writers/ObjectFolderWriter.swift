import Foundation
import Imaging
import Media

/// A folder of PNGs for each track, as written by SAM 2: `DIR/001/00000.png` with values 0 and 1. A frame in which the object is
/// absent has an empty image; a frame that is not annotated has none.
enum ObjectFolderWriter {
    static func write(_ source: any MaskSource, to folder: URL) throws {
        let names = try source.tracks.map { try name($0.id, of: source.path) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for name in names {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: false)
        }
        var framesOfTrack: [Set<Int>] = []
        for track in source.tracks { framesOfTrack.append(Set(source.annotatedFrames(of: track.id))) }
        let empty = [UInt16](repeating: 0, count: source.size.width * source.size.height)
        // Frame by frame, for sources that cache one frame at a time.
        for frame in source.annotatedFrames {
            for (index, track) in source.tracks.enumerated() where framesOfTrack[index].contains(frame) {
                let values = track.appearance(at: frame) == nil
                    ? empty : try source.mask(of: track.id, at: frame).pixels.map(UInt16.init)
                let labels = LabelImage(width: source.size.width, height: source.size.height, values: values)
                let file = folder.appending(path: names[index]).appending(path: LabelFolderWriter.frameName(frame) + ".png")
                try Data(try LabelPNGEncoder.png(labels, path: file.path)).write(to: file)
            }
        }
        try TrackLabels(source.tracks).write(to: folder)
    }

    /// Folder name that is read back as this id.
    static func name(_ id: TrackID, of path: String) throws -> String {
        switch id {
        case .number(let number) where (0...Int(Int32.max)).contains(number):
            let digits = String(number)
            return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        case .name(let name)
        where !name.isEmpty && !name.hasPrefix(".") && !name.contains(where: { $0 == "/" || $0 == "\0" })
            && Int32(name) == nil && name.utf8.count <= 255 && name != TrackLabels.fileName:
            return name
        default:
            throw MaskError(
                path: path, reason: .wouldLose(what: "track \(id), whose id cannot be a folder's name", format: .objectPNG))
        }
    }
}

extension TrackLabels {
    /// Writes the file if there are labels.
    func write(to folder: URL) throws {
        if !isEmpty { try json().write(to: folder.appending(path: Self.fileName)) }
    }
}
