import Imaging

/// Error for an unusable checkpoint file: file, subject, what was found and what was expected.
package struct CheckpointError: CategorizedError, Equatable {
    package var category: InputError.Category { .unusableModel }
    /// Path of the file.
    package let file: String
    /// The tensor, key or part of the file; nil for the file as a whole.
    package let subject: String?
    package let found: String
    package let expected: String

    package init(file: String, subject: String? = nil, found: String, expected: String) {
        self.file = file
        self.subject = subject
        self.found = found
        self.expected = expected
    }

    package var description: String {
        let place = subject.map { "\(file): \($0)" } ?? file
        return InputError(category, place, found: found, expected: expected).description
    }
}
