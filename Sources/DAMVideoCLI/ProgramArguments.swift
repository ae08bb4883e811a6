import Foundation
import Imaging

/// What the program was called with.
enum ProgramArguments {
    /// Without its own name. Bytes that are no UTF-8 are kept, as in paths.
    static var all: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                String(path: Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
            }
        }
    }
}
