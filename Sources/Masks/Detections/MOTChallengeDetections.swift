import Imaging

/// MOTChallenge text as detections: `frame,id,left,top,width,height,conf,...`. Detections have id -1 and scores on any scale;
/// trackers' results and ground truth have tracks. Frames and pixels count from 1; if a file has a frame 0, its frames count from
/// 0. If tracks only have conf 0 and 1, 0 marks boxes to ignore, as in ground truth.
///
/// Source: MOT16, arXiv 1603.00831, section 3.
enum MOTChallengeDetections {
    /// - Throws: `MaskError`.
    static func read(_ document: MaskDocument, keepsGoing: Bool) throws -> DetectionTable {
        var table = DetectionTable(path: document.path, format: .motChallenge, keepsGoing: keepsGoing)
        var rows: [(line: Int, row: MOTChallengeRows.Row)] = []
        try MOTChallengeRows.checkHeader(document)
        try document.forEachRow { number, line in
            try table.attempt("line \(number)") { _ in rows.append((number, try MOTChallengeRows.row(line))) }
        }
        guard rows.isEmpty || !rows.allSatisfy(\.row.isFraction) else {
            throw table.unusable("boxes in parts of the picture, all between 0 and 1", "pixels")
        }
        if rows.contains(where: { $0.row.frame == 0 }) {
            table.note("the file has a frame 0: its frames count from 0, and not from 1 "
                + "(\(NumberedSubject.detections.offset) says otherwise)")
        } else {
            table.firstFrame = 1
        }
        let sequence = MOTChallengeRows.Sequence(beside: document.path)
        if let size = sequence.size { try table.take(size: size) }
        if let length = sequence.length { try table.annotate(stride(from: 0, to: length, by: 1)) }
        let tracked = rows.filter { $0.row.id >= 0 }
        let areFlags = tracked.allSatisfy { $0.row.confidence == 0 || $0.row.confidence == 1 }
        let haveScores = rows.contains { $0.row.confidence.map { $0 != -1 } ?? false }
        for (line, row) in rows {
            try table.attempt("line \(line)") { table in
                try table.add(
                    DetectionRow(
                        key: row.frame - table.firstFrame,
                        box: Rectangle(left: row.left - 1, top: row.top - 1, width: row.width, height: row.height),
                        label: row.label, score: haveScores ? row.confidence : nil,
                        identity: row.id < 0 ? nil : .number(row.id)),
                    isIgnored: areFlags && row.id >= 0 && row.confidence == 0)
            }
        }
        if !table.ignored.isEmpty {
            table.note(
                "\(table.ignored.count) of \(rows.count) boxes have conf 0, which MOTChallenge sets for what is to be ignored: left out")
        }
        return table
    }
}
