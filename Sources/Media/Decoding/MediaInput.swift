/// A source that FFmpeg reads from.
enum MediaInput: Equatable {
    /// The file at a path, whatever its name would mean to FFmpeg's protocols.
    case file(String)
    /// An open file descriptor, read once from start to end.
    case descriptor(Int32)

    /// Standard input.
    static let standardInput = MediaInput.descriptor(0)

    /// Address that FFmpeg opens.
    var url: String {
        switch self {
        case .file(let path): "file:" + path
        case .descriptor(let number): "pipe:\(number)"
        }
    }

    /// URL with which FFmpeg reads the first bytes alone.
    func url(upTo end: Int) -> String { "subfile,,start,0,end,\(end),,:" + url }

    /// Name in messages.
    var name: String {
        switch self {
        case .file(let path): path
        case .descriptor(0): "standard input"
        case .descriptor(let number): "file descriptor \(number)"
        }
    }

    var isFile: Bool {
        if case .file = self { true } else { false }
    }

    /// Length that the container's headers promise; nil when they do not, or only reading on could tell.
    var containerLength: ContainerLength? {
        if case .file(let path) = self { ContainerLength(path: path) } else { nil }
    }
}
