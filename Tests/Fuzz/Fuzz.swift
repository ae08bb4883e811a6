import Foundation

/// The reader selected by `DAMVIDEO_FUZZ`.
private let reader = ProcessInfo.processInfo.environment["DAMVIDEO_FUZZ"].flatMap(Reader.init)
private let scratch = try? Scratch()

/// Called by libFuzzer with each input. Source: https://llvm.org/docs/LibFuzzer.html.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let reader, let scratch else {
        print("DAMVIDEO_FUZZ: expected one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(64)
    }
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    try? reader.read(bytes, in: scratch)
    return 0
}
