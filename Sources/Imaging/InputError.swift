/// An input, an option or an output that cannot be used: a category that a program acts on and one line for people.
public struct InputError: Error, Equatable, CustomStringConvertible {
    public enum Category: Sendable, Equatable {
        /// A request that makes no sense for these inputs (sysexits `EX_USAGE`, 64).
        case usage
        /// An input whose content is not what it should be (`EX_DATAERR`, 65).
        case invalid
        /// An input that is not there or may not be read (`EX_NOINPUT`, 66).
        case notFound
        /// A model whose files are missing or not usable (`EX_UNAVAILABLE`, 69).
        case unusableModel
        /// An output that is there already (`EX_CANTCREAT`, 73).
        case outputExists
        /// A failure of the system to read or write (`EX_IOERR`, 74).
        case inputOutput
    }

    public let category: Category
    /// The file or option at fault, and where in it; nil if `description` says it, or whoever catches the error knows it.
    public let place: String?
    /// Nil for an error of one free sentence, and so is `expected`.
    public let found: String?
    public let expected: String?
    /// One line: the file or option, and what is wrong with it.
    public let description: String

    public init(_ category: Category, _ description: String) {
        self.category = category
        self.description = description
        (place, found, expected) = (nil, nil, nil)
    }

    /// - Parameter place: the file or option at fault, and where in it; nil if whoever catches the error knows it.
    public init(_ category: Category = .invalid, _ place: String? = nil, found: String, expected: String) {
        self.category = category
        (self.place, self.found, self.expected) = (place, found, expected)
        description = (place.map { "\($0): " } ?? "") + "found \(found), expected \(expected)"
    }

    /// Errors are equal if a user cannot tell them apart.
    public static func == (left: InputError, right: InputError) -> Bool {
        left.category == right.category && left.description == right.description
    }
}

/// An error of one target that ends a call of the library as an `InputError` of its category.
package protocol CategorizedError: Error, CustomStringConvertible {
    var category: InputError.Category { get }
}

extension InputError {
    /// Runs `body`; a target's own error becomes an `InputError` of its category, others pass as they are.
    package static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as any CategorizedError {
            throw InputError(error.category, error.description)
        }
    }
}
