/// A source that FFmpeg reads from.
enum MediaInput: Equatable {
    /// The file at a path, even if FFmpeg would take its name for a protocol.
    case file(String)
    /// An open file descriptor, read once from start to end.
    case descriptor(Int32)

    /// Standard input.
    static let standardInput = MediaInput.descriptor(0)

    /// URL for FFmpeg.
    var url: String {
        switch self {
        case .file(let path): "file:" + path
        case .descriptor(let number): "pipe:\(number)"
        }
    }

    /// URL for reading only the first `end` bytes.
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

    /// Length declared by the container's headers; nil if unknown without reading on.
    var containerLength: ContainerLength? {
        if case .file(let path) = self { ContainerLength(path: path) } else { nil }
    }
}
