import Imaging

/// Metadata of a task or job in CVAT's XML.
struct CVATTask {
    var id: Int?
    var name: String?
    /// The video's file name.
    var source: String?
    var start: Int?
    var stop: Int?
    /// Number of video frames from one frame of the task to the next.
    var step = 1
    var width: Int?
    var height: Int?

    var size: PictureSize? {
        guard let width, let height else { return nil }
        return PictureSize(width: width, height: height)
    }

    /// Names that may match the clip's.
    var names: [String] { [source, name].compactMap(\.self).map(FileNames.stem) }

    /// Frames of the task; nil if the file does not say.
    var frames: StrideTo<Int>? {
        guard let start, let stop, stop >= start else { return nil }
        return stride(from: start, to: stop + 1, by: step)
    }

    /// Handles the text of an element of `meta`.
    mutating func take(_ name: String, in parent: String, _ text: String) {
        let text = String(decoding: Array(text.utf8)[...].trimmingWhiteSpace, as: UTF8.self)
        /// Parses a number within the range of frames and image sizes.
        func whole(_ text: some StringProtocol) -> Int? { Int(text).flatMap { (0...FrameNames.largest).contains($0) ? $0 : nil } }
        switch (parent, name) {
        case ("task", "id"), ("job", "id"): id = Int(text)
        case ("task", "name"), ("job", "name"): self.name = text
        case (_, "source"): source = text
        case (_, "start_frame"): start = whole(text)
        case (_, "stop_frame"): stop = whole(text)
        case (_, "frame_filter"):
            guard let place = text.firstIndex(of: "="), text.hasPrefix("step") else { return }
            step = max(1, whole(text[text.index(after: place)...].drop { $0 == " " }) ?? 1)
        case ("original_size", "width"): width = whole(text)
        case ("original_size", "height"): height = whole(text)
        default: break
        }
    }
}
