import Imaging

/// MOTChallenge text: lines `frame,id,left,top,width,height,conf,class,visibility`, separated by commas or spaces. Frames and
/// pixels count from 1; if a file has a frame 0, its frames count from 0. There are no masks, so a box's mask consists of the
/// pixels whose centres lie in it. Ground truth sets conf to 0 for boxes to ignore, which are skipped. Ground truth has nine
/// fields, of which the eighth is a class; results have -1 there.
///
/// Source: MOT16, arXiv 1603.00831, section 3.
struct MOTChallengeReader {
    private struct Row {
        let frame: Int
        let id: Int
        let label: String?
        let isIgnored: Bool
        /// True if the box may be given in fractions of the image size.
        let isFraction: Bool
        /// Edges in zero-based pixels; right and bottom are exclusive.
        let left, top, right, bottom: Int
    }

    /// - Parameter size: frame size of the clip; nil to take it from a `seqinfo.ini` next to the file or above it, or else from
    ///   the extent of the boxes.
    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, size: PictureSize?, keepsGoing: Bool) throws -> RegionSource {
        var table = RegionTable(path: document.path, format: .motChallenge, keepsGoing: keepsGoing)
        var rows: [Row] = []
        try MOTChallengeRows.checkHeader(document)
        try document.forEachRow { number, line in
            try table.attempt("line \(number)") { _ in rows.append(try row(line)) }
        }
        guard rows.isEmpty || !rows.allSatisfy(\.isFraction) else {
            throw table.unusable("boxes in parts of the picture, all between 0 and 1", "pixels")
        }
        let shown = rows.filter { !$0.isIgnored }
        guard rows.isEmpty || !shown.isEmpty else { throw table.unusable("boxes with conf 0 only, which are to be ignored", "others") }
        noteIgnored(rows, shown, in: &table)
        let known = size ?? MOTChallengeRows.Sequence(beside: document.path).size
        guard let size = known ?? extent(shown) else { throw MaskError(path: document.path, reason: .emptyMasks) }
        if known == nil { table.note("the picture size is not known: \(size) is how far the boxes reach") }
        table.size = size
        if rows.contains(where: { $0.frame == 0 }) {
            table.firstFrame = 0
            table.note("the file has a frame 0: its frames count from 0, and not from 1 (--mask-frame-offset says otherwise)")
        }
        for row in rows {
            guard row.frame >= table.firstFrame, row.frame <= Int32.max else {
                throw table.unusable("frame \(row.frame)", "\(table.firstFrame) or more")
            }
            let frame = row.frame - table.firstFrame
            try table.annotate(frame: frame)
            guard !row.isIgnored else { continue }
            table.declare(.number(row.id), label: row.label)
            let left = max(0, row.left), top = max(0, row.top)
            let right = min(size.width, row.right), bottom = min(size.height, row.bottom)
            guard left < right, top < bottom else { continue }
            try table.add(
                box: BoundingBox(left: left, top: top, width: right - left, height: bottom - top),
                to: .number(row.id), frame: frame)
        }
        return try table.source()
    }

    /// Notes boxes skipped because ground truth marks them as ignored.
    private static func noteIgnored(_ rows: [Row], _ shown: [Row], in table: inout RegionTable) {
        guard shown.count < rows.count else { return }
        let gone = Set(rows.map(\.id)).subtracting(shown.map(\.id)).sorted()
        let list = gone.prefix(6).map(String.init).joined(separator: ", ") + (gone.count > 6 ? ", ..." : "")
        table.note(
            "\(rows.count - shown.count) of \(rows.count) boxes have conf 0, which MOTChallenge sets for what is to be ignored: left out"
                + (gone.isEmpty ? "" : ", and with them \(gone.count == 1 ? "object" : "objects") \(list)"))
    }

    private static func row(_ line: ArraySlice<UInt8>) throws(InputError) -> Row {
        let row = try MOTChallengeRows.row(line)
        guard row.id >= 0 else { throw InputError(found: "id \(row.id), as detections have", expected: "tracks") }
        // The first pixel whose centre is not before the edge.
        func edge(_ value: Double) -> Int { Int((value - 1.5).rounded(.up)) }
        return Row(
            frame: row.frame, id: row.id, label: row.label, isIgnored: row.confidence == 0, isFraction: row.isFraction,
            left: edge(row.left), top: edge(row.top), right: edge(row.left + row.width), bottom: edge(row.top + row.height))
    }

    /// The smallest image that contains all boxes; nil without boxes.
    private static func extent(_ rows: [Row]) -> PictureSize? {
        guard let width = rows.map(\.right).max(), let height = rows.map(\.bottom).max(), width > 0, height > 0 else {
            return nil
        }
        guard (try? RunLengthEncoding.pixels(width: width, height: height)) != nil else { return nil }
        return PictureSize(width: width, height: height)
    }
}
