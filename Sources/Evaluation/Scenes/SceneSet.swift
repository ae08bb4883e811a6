import Foundation
import Imaging

/// A folder of rendered scenes with their ground truth, in the layout of `Samples/scenes/make_clips.py`: `phrases.json`, and for
/// each clip a folder with `clip.mp4`, `masks/`, `facts.json`, `picture.jpg` and a mask of the picture for each object in it.
struct SceneSet {
    let parser: SceneFactParser
    /// Clips, sorted by name.
    let clips: [SceneClip]

    /// - Throws: `InputError` if the folder or its phrases are missing or malformed.
    init(path: String) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw InputError(.notFound, "\(path): no such folder")
        }
        parser = SceneFactParser(try decoded(ScenePhraseBook.self, path + "/phrases.json", expected: "wordings of facts"))
        clips = names.sorted().map { SceneClip(folder: path + "/" + $0) }.filter(\.isThere)
        guard !clips.isEmpty else {
            throw InputError(.invalid, "\(path): found no folder with facts.json, expected one for each clip")
        }
    }
}

/// One clip of a set.
struct SceneClip {
    let folder: String

    var name: String { String(folder.split(separator: "/").last ?? "") }
    var clip: String { folder + "/clip.mp4" }
    var masks: String { folder + "/masks" }
    var picture: String { folder + "/picture.jpg" }
    func pictureMask(_ id: String) -> String { folder + "/picture-\(id).png" }

    fileprivate var isThere: Bool { FileManager.default.fileExists(atPath: folder + "/facts.json") }

    /// - Throws: `InputError` if `facts.json` is missing or malformed.
    func facts() throws -> SceneClipFacts {
        try decoded(SceneClipFacts.self, folder + "/facts.json", expected: "records of tracks and pictures")
    }
}

private func decoded<Value: Decodable>(_ type: Value.Type, _ path: String, expected: String) throws -> Value {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw InputError(.notFound, "\(path): no such file")
    }
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch {
        throw InputError(.invalid, "\(path): found \(briefly(error)), expected \(expected)")
    }
}
