import Files
import Foundation
import Imaging

/// Command-line arguments of the process.
enum ProgramArguments {
    /// Arguments without the program's name. Bytes that are not UTF-8 are kept, as in paths.
    static var all: [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            CommandLine.unsafeArgv[index].map { argument in
                String(path: Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
            }
        }
    }
}
