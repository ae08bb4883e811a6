import CFFmpeg
import Imaging

/// A clip or still that cannot be used. The description is one line: file, what was found, what was expected.
package enum VideoError: CategorizedError, Equatable {
    /// Nothing at the path.
    case missing(path: String)
    /// The system does not let us read the file; `reason` is its message.
    case unreadable(path: String, reason: String)
    /// The system failed while reading the file; `reason` is its message.
    case readFailed(path: String, reason: String)
    /// The file's content is not what it should be.
    case invalid(path: String, found: String, expected: String)
    /// A call to FFmpeg failed with `code`, which FFmpeg explains as `message`.
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
    /// The picture size changed in mid-stream; sizes are after rotation, `frame` is 0-based.
    package static func sizeChanged(path: String, frame: Int, first: PictureSize, now: PictureSize) -> VideoError {
        .invalid(path: path, found: "a picture of \(now) at frame \(frame)", expected: "\(first) as in the first frame")
    }
}

/// The one door for FFmpeg's return codes.
/// - Parameters:
///   - operation: what was tried, to follow "cannot".
///   - path: the file it was tried on.
/// - Returns: `code` when it is not an error.
/// - Throws: `VideoError.failed` with FFmpeg's own message.
@discardableResult
func check(_ code: Int32, _ operation: String, _ path: String) throws -> Int32 {
    guard code < 0 else { return code }
    throw VideoError.failed(path: path, operation: operation, code: code, message: ffmpegMessage(code))
}

/// FFmpeg's words for an error code.
func ffmpegMessage(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard av_strerror(code, &buffer, buffer.count) == 0 else { return "unknown error" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
