import DAMVideo
import Files
import Foundation
import Imaging
import Masks
import Synchronization

/// The masks of clips' tracks, with a cache of recently opened files.
final class StoredMasks: Sendable {
    private struct Open: Sendable {
        let path: String
        let size: Int
        let masks: any MaskSource
    }

    /// Number of files kept open, because opening a large one takes long.
    private static let mostOpen = 6

    private let open = Mutex<[Open]>([])

    /// The masks of a document's tracks, including those without a caption.
    /// - Parameter size: frame size of the clip.
    /// - Throws: `InputError` for a file that cannot be read.
    func masks(_ files: ClipFolder, _ document: CaptionDocument, size: PictureSize) throws -> JoinedMasks {
        var labels: [TrackID: String?] = [:]
        for track in document.errors.compactMap(\.track) { labels.updateValue(nil, forKey: track) }
        for track in document.tracks { labels.updateValue(track.label, forKey: track.id) }
        let sources = try files.maskFiles.compactMap(file)
        return JoinedMasks(sources, path: document.video.path, size: size, labels: labels)
    }

    /// A number above those of all tracks in a clip's masks.
    /// - Throws: `InputError` for a file that cannot be read.
    func freeNumber(_ files: ClipFolder) throws -> Int {
        let tracks = try files.maskFiles.compactMap(file).flatMap(\.tracks).map(\.id)
        return tracks.reduce(0) { if case .number(let number) = $1 { max($0, number) } else { $0 } } + 1
    }

    private func file(_ path: String) throws -> (any MaskSource)? {
        guard let size = FileStatus(path)?.size else { return nil }
        let known = open.withLock { open -> (any MaskSource)? in
            guard let place = open.firstIndex(where: { $0.path == path && $0.size == size }) else { return nil }
            open.append(open.remove(at: place))
            return open.last?.masks
        }
        if let known { return known }
        let masks = try ClipFolder.openMasks(path)
        open.withLock { open in
            open.removeAll { $0.path == path }
            open.append(Open(path: path, size: size, masks: masks))
            if open.count > Self.mostOpen { open.removeFirst() }
        }
        return masks
    }
}
