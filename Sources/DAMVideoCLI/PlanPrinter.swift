import DAMVideo
import Foundation

/// Prints what captioning clips would do.
struct PlanPrinter {
    let json: Bool

    /// Prints plans one after another; JSON is a single list.
    func print(
        _ requests: [ClipRequest], _ captioner: VideoCaptioner, _ options: CaptionOptions, _ failures: inout JobFailures
    ) throws {
        var reports: [PlanReport] = []
        for request in requests {
            let report = try failures.attempt(request.clip, tell: Console.notice) {
                captioner.report(try captioner.plan(request, options: options))
            }
            guard let report else { continue }
            failures.written += 1
            if json { reports.append(report) } else { try Console.result(text(report)) }
        }
        if json { try Console.result(json: reports) }
    }

    private func text(_ report: PlanReport) -> String {
        let table = TextTable(indentation: 2, columns: [.left(11)])
        var lines = [report.request.clip]
        func add(_ name: String, _ value: String) { lines.append(table.row(name, value)) }
        let estimate = report.estimate
        add("clip", "\(report.width)x\(report.height), \(report.frames.map(String.init) ?? "an unknown number of") frames, "
            + String(format: "%g per second", report.fps))
        for note in report.notes ?? [] { add("note", note) }
        let known: String
        switch report.request.objects {
        case .masks(let path, _):
            add("masks", "\(path), \(report.masksFormat?.rawValue ?? "computed"), \(report.annotatedFrames) frames annotated")
            known = "masks on"
        case .regions:
            add("masks", "drawn on \(report.annotatedFrames) frames")
            known = "drawn on"
        case .prompts:
            add("masks", "none, objects marked on \(report.annotatedFrames) frames")
            known = "marked on"
        case .motion:
            add("masks", "none: what moves is found first, and at most \(estimate.captions) tracks are captioned")
            known = "found on"
        case .detections(let path, _, _):
            add("masks", "none: detections of \(path) on \(report.annotatedFrames) frames are linked first, and at most "
                + "\(estimate.captions) tracks "
                + "are captioned")
            known = "detected on"
        case .detector(let path, _, _):
            add("masks", "none: \(path) detects objects first, and at most \(estimate.captions) tracks are captioned")
            known = "detected on"
        }
        if !report.tracks.isEmpty { add("tracks", "\(report.tracks.count)") }
        for track in report.tracks { lines.append("    " + line(track, known) + parts(track, report.request)) }
        if report.request.options.segment != nil {
            add("captions", "\(estimate.captions), parts of tracks included as far as they are known")
        }
        add("prompt", "\(estimate.promptTokens) tokens per \(report.request.options.segment == nil ? "track" : "caption"), at most "
            + "\(estimate.newTokens) generated")
        if estimate.batch > 1 { add("batch", "\(estimate.batch) captions generated together") }
        add("memory", "\(bytes(estimate.weightBytes)) of mapped weights, about \(bytes(estimate.workingBytes)) besides")
        let fixed = estimate.propagationSeconds + estimate.encodingSeconds + estimate.promptSeconds
        add("time", "about \(seconds(fixed)): " + [
            estimate.propagationSeconds > 0 ? "\(seconds(estimate.propagationSeconds)) propagating masks" : nil,
            "\(seconds(estimate.encodingSeconds)) encoding frames", "\(seconds(estimate.promptSeconds)) reading prompts",
        ].compactMap { $0 }.joined(separator: ", "))
        let longest = estimate.tokenSeconds * Double(estimate.newTokens * estimate.captions)
        add("", "and \(seconds(estimate.tokenSeconds * 100)) for each 100 tokens of a caption, \(seconds(longest)) if all are "
            + "of maximum length")
        return PlainText.report(lines)
    }

    private func line(_ track: PlanReport.Track, _ known: String) -> String {
        let name = track.label.map { "\(track.id) (\($0))" } ?? "\(track.id)"
        if track.isPropagated { return "\(name): \(known) \(track.givenFrames) frames, to be propagated to the others" }
        if track.sampled.isEmpty { return "\(name): not in these frames" }
        return "\(name): \(known) \(track.givenFrames) frames, looked at in "
            + track.sampled.map(String.init).joined(separator: " ")
    }

    private func parts(_ track: PlanReport.Track, _ request: ClipRequest) -> String {
        guard request.options.segment != nil, !track.sampled.isEmpty else { return "" }
        guard let parts = track.parts else { return ", and captioned in parts" }
        return parts == 0 ? ", captioned as a whole" : ", and captioned in \(track.isPropagated ? "up to " : "")\(parts) parts"
    }

    private func bytes(_ count: Int) -> String {
        count >= 1_000_000_000 ? String(format: "%.1f GB", Double(count) / 1e9) : String(format: "%.0f MB", Double(count) / 1e6)
    }

    private func seconds(_ seconds: Double) -> String {
        switch seconds {
        case 7200...: String(format: "%.1f h", seconds / 3600)
        case 120...: String(format: "%.0f min", seconds / 60)
        case 10...: String(format: "%.0f s", seconds)
        default: String(format: "%.2g s", seconds)
        }
    }
}
