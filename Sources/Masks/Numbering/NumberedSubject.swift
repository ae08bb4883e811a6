/// Kind of numbered content, with its names in messages and its options.
struct NumberedSubject: Equatable {
    let singular: String
    let plural: String
    /// Option for the clip's frame of number 0.
    let offset: String
    /// Option for the number of clip frames per number.
    let step: String

    static let masks = NumberedSubject(
        singular: "mask", plural: "masks", offset: "--mask-frame-offset", step: "--mask-frame-step")
    static let detections = NumberedSubject(
        singular: "frame of detections", plural: "frames of detections", offset: "--detection-frame-offset",
        step: "--detection-frame-step")

    func count(_ number: Int) -> String { number == 1 ? "1 \(singular)" : "\(number) \(plural)" }
}
