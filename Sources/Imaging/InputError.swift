/// Error for an input, option or output that cannot be used: a category for programs and a one-line message.
public struct InputError: Error, Equatable, CustomStringConvertible {
    public enum Category: Sendable, Equatable {
        /// A request that does not make sense for these inputs (sysexits `EX_USAGE`, 64).
        case usage
        /// An input with invalid content (`EX_DATAERR`, 65).
        case invalid
        /// An input that is missing or not readable (`EX_NOINPUT`, 66).
        case notFound
        /// A model whose files are missing or unusable (`EX_UNAVAILABLE`, 69).
        case unusableModel
        /// An output that already exists (`EX_CANTCREAT`, 73).
        case outputExists
        /// A failure to read or write (`EX_IOERR`, 74).
        case inputOutput
    }

    public let category: Category
    /// The file or option concerned, and the position in it; nil if `description` contains it, or the catcher adds it.
    public let place: String?
    /// Nil for an error with a free-form sentence, as is `expected`.
    public let found: String?
    public let expected: String?
    /// One line: the file or option, and what is wrong with it.
    public let description: String

    public init(_ category: Category, _ description: String) {
        self.category = category
        self.description = description
        (place, found, expected) = (nil, nil, nil)
    }

    /// - Parameter place: the file or option concerned, and the position in it; nil if the catcher adds it.
    public init(_ category: Category = .invalid, _ place: String? = nil, found: String, expected: String) {
        self.category = category
        (self.place, self.found, self.expected) = (place, found, expected)
        description = (place.map { "\($0): " } ?? "") + "found \(found), expected \(expected)"
    }

    /// Errors are equal if users see no difference.
    public static func == (left: InputError, right: InputError) -> Bool {
        left.category == right.category && left.description == right.description
    }
}

/// An error of one target, which the library's API converts to an `InputError` of its category.
package protocol CategorizedError: Error, CustomStringConvertible {
    var category: InputError.Category { get }
}

extension InputError {
    /// Runs `body`, converting targets' own errors to `InputError`; other errors pass through.
    package static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as any CategorizedError {
            throw InputError(error.category, error.description)
        }
    }
}
