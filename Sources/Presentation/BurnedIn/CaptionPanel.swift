import Foundation
import Imaging

/// The captions of visible tracks or their parts, next to or below the picture: for each an id in its outline's colour, and its
/// text. The panel's size is constant throughout a clip.
final class CaptionPanel {
    static let ground = Colour(20, 22, 26)
    private static let ink = Colour(238, 238, 238)
    private static let faint = Colour(165, 168, 175)
    /// Seconds per page when pages alternate, if there is enough time.
    private static let pageSeconds = 4.0

    let width: Int
    private(set) var height: Int
    /// True if the panel is below the picture rather than next to it.
    let isUnder: Bool
    /// One entry per caption: a track with parts occurs once for each of them, with that part's text.
    private let tracks: [ShownTrack]
    private let typesetter: Typesetter
    private let textSize: Double
    private let padding: Int
    private let footer: Int
    private let columnWidth: Int
    private let chipWidth: Int
    private let lineHeight: Int
    private var pages: CaptionPages
    private var heights: [[Int]: Int] = [:]
    private var latest: (key: [CaptionPages.Place], picture: RGBImage)?
    private var arranged: (tracks: [Int], pages: [[CaptionPages.Place]])?

    /// Text height that is readable on a picture of this size.
    static func textSize(pictureWidth: Int, pictureHeight: Int) -> Double {
        max(12, (Double(min(pictureWidth, pictureHeight)) / 40).rounded())
    }

    /// - Parameter pixelAspect: displayed width of a pixel relative to its height.
    init(
        _ tracks: [ShownTrack], _ schedule: CaptionSchedule, pictureWidth: Int, pictureHeight: Int, pixelAspect: Double,
        typesetter: Typesetter
    ) throws {
        self.tracks = tracks
        self.typesetter = typesetter
        let size = Self.textSize(pictureWidth: pictureWidth, pictureHeight: pictureHeight)
        textSize = size
        padding = Int(size / 2)
        isUnder = Double(pictureWidth) * pixelAspect >= 1.5 * Double(pictureHeight)
        width = max(Int(22 * size / pixelAspect), isUnder ? pictureWidth : Int(0.55 * Double(pictureWidth)))
        let line = TextStyle(size: size, colour: Self.ink)
        lineHeight = try typesetter.size(of: "Xg", line).height
        footer = lineHeight + padding
        let columns = max(1, Int(Double(width) * pixelAspect / (34 * size)))
        columnWidth = (width - padding * (columns + 1)) / columns
        let chips = try tracks.map { try typesetter.size(of: $0.tag, Self.chip($0, size)).width }
        chipWidth = (chips.max() ?? 0) + 2 * (padding / 2)
        let room = max(isUnder ? Int(0.6 * Double(pictureHeight)) : pictureHeight, 10 * lineHeight)
        height = room
        pages = CaptionPages(columns: columns, height: room - footer - 2 * padding, gap: padding)
        guard isUnder else { return }
        // No higher than the clip's fullest moment needs.
        var needed = lineHeight
        for tracks in Set(schedule.stretches.map(\.tracks)) {
            for page in try pages(tracks, measure: measure) { needed = max(needed, try pages.usedHeight(page, measure: measure)) }
        }
        height = needed + footer + 2 * padding
        pages = CaptionPages(columns: columns, height: needed, gap: padding)
    }

    /// Draws the panel.
    /// - Parameters:
    ///   - stretch: the visible captions; nil if there are none.
    ///   - clock: text with the frame's number and time.
    ///   - left, top: position of the panel.
    func draw(
        _ stretch: CaptionSchedule.Stretch?, frame: Int, frameRate: Double, clock: String, on canvas: inout Canvas,
        left: Int, top: Int
    ) throws {
        let all = try arrange(stretch?.tracks ?? [])
        var page = 0
        if let stretch, all.count > 1 {
            let seconds = Double(stretch.frames.count) / frameRate
            let turn = min(Self.pageSeconds, max(1, seconds / Double(all.count)))
            page = Int(Double(frame - stretch.frames.lowerBound) / frameRate / turn) % all.count
        }
        canvas.draw(try picture(all[page]), left: left, top: top)
        let style = TextStyle(size: textSize * 0.85, colour: Self.faint, width: width - 2 * padding)
        let words = all.count > 1 ? "\(clock)   captions \(page + 1)/\(all.count)" : clock
        let text = try typesetter.picture(of: words, style)
        canvas.draw(text, left: left + width - padding - text.width, top: top + height - padding / 2 - text.height)
    }

    private func arrange(_ tracks: [Int]) throws -> [[CaptionPages.Place]] {
        if let arranged, arranged.tracks == tracks { return arranged.pages }
        let result = try pages(tracks, measure: measure)
        arranged = (tracks, result)
        return result
    }

    private func picture(_ page: [CaptionPages.Place]) throws -> RGBImage {
        if let latest, latest.key == page { return latest.picture }
        var canvas = Canvas(width: width, height: height, Self.ground)
        for place in page {
            let track = tracks[place.caption]
            let left = padding + place.column * (columnWidth + padding), top = padding + place.top
            let tag = try typesetter.picture(of: track.tag, Self.chip(track, textSize))
            canvas.fill(BoundingBox(left: left, top: top, width: chipWidth, height: lineHeight), track.colour)
            canvas.draw(tag, left: left + (chipWidth - tag.width) / 2, top: top + (lineHeight - tag.height) / 2)
            let words = try typesetter.picture(of: words(track), style(track, lines: place.lines))
            canvas.draw(words, left: left + chipWidth + padding, top: top)
        }
        let picture = canvas.image
        latest = (page, picture)
        return picture
    }

    private func measure(_ caption: Int, _ lines: Int) throws -> Int {
        let key = [caption, lines]
        if let height = heights[key] { return height }
        let track = tracks[caption]
        let height = max(lineHeight, try typesetter.size(of: words(track), style(track, lines: lines)).height)
        heights[key] = height
        return height
    }

    private func words(_ track: ShownTrack) -> String {
        let text = track.text.isEmpty ? "(no words)" : track.text
        return track.track.label.map { "\($0): \(text)" } ?? text
    }

    private func style(_ track: ShownTrack, lines: Int) -> TextStyle {
        TextStyle(
            size: textSize, colour: track.hasCaption ? Self.ink : Self.faint,
            width: max(1, columnWidth - chipWidth - padding), maximumLines: lines)
    }

    private static func chip(_ track: ShownTrack, _ size: Double) -> TextStyle {
        TextStyle(size: size, isBold: true, colour: track.colour.readable, width: Int(size * 5))
    }
}
