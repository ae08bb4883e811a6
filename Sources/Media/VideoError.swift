import CFFmpeg
import Imaging

/// Error for a clip or still that cannot be used. The description is one line: file, what was found, what was expected.
package enum VideoError: CategorizedError, Equatable {
    /// There is nothing at the path.
    case missing(path: String)
    /// The file cannot be opened; `reason` is the system's message.
    case unreadable(path: String, reason: String)
    /// Reading the file failed; `reason` is the system's message.
    case readFailed(path: String, reason: String)
    /// The file's content is invalid or unsupported.
    case invalid(path: String, found: String, expected: String)
    /// A call to FFmpeg failed with `code`, explained by `message`.
    case failed(path: String, operation: String, code: Int32, message: String)

    package var category: InputError.Category {
        switch self {
        case .missing, .unreadable: .notFound
        case .readFailed: .inputOutput
        case .invalid: .invalid
        case .failed(_, _, let code, _):
            switch cffmpeg_errno(code) {
            case ENOENT, EACCES, EPERM: .notFound
            case EIO, ENOMEM, EMFILE, ENFILE, EISDIR, ENOSPC, EDQUOT, EFBIG, EROFS: .inputOutput
            default: .invalid
            }
        }
    }

    package var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such file"
        case .unreadable(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .readFailed(let path, let reason):
            "\(path): reading failed: \(reason)"
        case .invalid(let path, let found, let expected):
            InputError(category, path, found: found, expected: expected).description
        case .failed(let path, let operation, let code, let message):
            "\(path): cannot \(operation): \(message) (FFmpeg code \(code))"
        }
    }
}

extension VideoError {
    /// The picture size changed mid-stream; sizes are after rotation, `frame` is zero-based.
    package static func sizeChanged(path: String, frame: Int, first: PictureSize, now: PictureSize) -> VideoError {
        .invalid(path: path, found: "a picture of \(now) at frame \(frame)", expected: "\(first) as in the first frame")
    }
}

/// Checks the return code of an FFmpeg function.
/// - Parameters:
///   - operation: the attempted operation, to follow "cannot".
///   - path: the file concerned.
/// - Returns: `code` if it is not an error.
/// - Throws: `VideoError.failed` with FFmpeg's own message.
@discardableResult
func check(_ code: Int32, _ operation: String, _ path: String) throws -> Int32 {
    guard code < 0 else { return code }
    throw VideoError.failed(path: path, operation: operation, code: code, message: ffmpegMessage(code))
}

/// FFmpeg's message for an error code.
func ffmpegMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard av_strerror(code, &buffer, buffer.count) == 0 else { return "unknown error" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
