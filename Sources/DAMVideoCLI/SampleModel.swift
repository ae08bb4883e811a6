import Foundation

/// The small checkpoint that comes with the project, trained on its sample scenes (`Samples/scenes/README.md`).
enum SampleModel {
    /// `Samples/model` of the checkout the program was built in: of the nearest folder above the program that has one;
    /// nil when the program lies elsewhere. Relative where it lies in the working directory: it ends up in documents.
    static var directory: String? {
        // Links are followed: a link to the program from a folder of PATH finds the checkout too.
        var folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "Samples/model")
            if FileManager.default.fileExists(atPath: candidate.appending(path: "config.json").path) {
                let here = FileManager.default.currentDirectoryPath + "/"
                return candidate.path.hasPrefix(here) ? String(candidate.path.dropFirst(here.count)) : candidate.path
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    /// What a user of it is told.
    static let notice = """
        no --model: using the bundled sample model, which understands only the sample scenes; for other footage get \
        DAM-3B-Video (hf download nvidia/DAM-3B-Video --local-dir DIR) and say --model DIR
        """
}
