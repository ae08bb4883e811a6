/// What is wrong with an input, as far as a program's exit code cares.
package enum InputFault: Sendable, Hashable {
    /// Nothing at the path, or not allowed to read it (sysexits `EX_NOINPUT`, 66).
    case missing
    /// The content is not what it should be (`EX_DATAERR`, 65).
    case invalid
    /// The system failed to read, or ran out of memory (`EX_IOERR`, 74).
    case inputOutput
}
