import Imaging

extension DetectionFormat {
    /// The mask format of these files; nil if masks of this kind have a different reader.
    var maskFormat: MaskFormat? {
        switch self {
        case .motChallenge, .coco: nil
        case .ultralytics: .ultralytics
        case .cvat: .cvat
        case .labelStudio: .labelStudio
        case .groundedSAM2: .groundedSAM2
        case .labelme: .labelme
        case .supervision: .supervision
        case .videoRefer: .videoRefer
        }
    }
}

extension MaskFormat {
    /// The detection format through which masks of this format are read; nil for one with its own reader.
    var detectionFormat: DetectionFormat? { DetectionFormat.allCases.first { $0.maskFormat == self } }
}

extension DetectionTable {
    /// Masks of tracks, from detections with identities: their outlines, or else their boxes.
    /// - Parameter clip: frame size of the clip; nil if unknown.
    /// - Throws: `MaskError` without identities or without pixels.
    func tracks(as format: MaskFormat, clip: PictureSize?) throws -> RegionSource {
        let identified = rows.filter { $0.identity != nil }
        guard rows.isEmpty || !identified.isEmpty else {
            throw unusable("detections without identities", "tracks (--detections takes detections)")
        }
        var table = RegionTable(path: path, format: format, keepsGoing: keepsGoing)
        // Notes name the option for masks' numbers.
        table.take(problems.map {
            MaskProblem($0.kind, $0.message.replacing(NumberedSubject.detections.offset, with: NumberedSubject.masks.offset))
        })
        (table.isPlaced, table.isInOrder, table.firstFrame) = (isPlaced, isInOrder, firstFrame)
        guard let size = size ?? clip ?? extent(identified) else { throw MaskError(path: path, reason: .emptyMasks) }
        if self.size == nil, clip == nil { table.note("the picture size is not known: \(size) is how far the boxes reach") }
        table.size = size
        for frame in annotated ?? [] { try table.annotate(frame: frame) }
        for (track, frames) in empty {
            table.declare(track, label: nil)
            for frame in frames { try table.addEmpty(track, frame: frame) }
        }
        var boxes = 0
        for row in identified {
            guard let track = row.identity else { continue }
            table.declare(track, label: Self.isNumber(row.label) ? nil : row.label)
            try table.annotate(frame: row.key)
            switch row.shape {
            case .region(let segmentation):
                try table.add(segmentation, to: track, frame: row.key, place: "frame \(row.key), track \(track)")
            case .mask(let mask): try table.add(mask, to: track, frame: row.key)
            case .box:
                boxes += 1
                if let box = row.box.pixels(in: size) { try table.add(box: box, to: track, frame: row.key) }
            }
        }
        if identified.count < rows.count {
            table.leaveOut("\(rows.count - identified.count) of \(rows.count) detections without identity")
        }
        if boxes > 0, boxes < identified.count { table.note("\(boxes) detections have a box only: the box is the mask") }
        return try table.source()
    }

    /// True for a class known only by its number.
    private static func isNumber(_ label: String?) -> Bool { label.map { Int($0) != nil } ?? false }

    /// The smallest image that contains all boxes; nil without boxes.
    private func extent(_ rows: [DetectionRow]) -> PictureSize? {
        let right = (rows.map(\.box.right).max() ?? 0).rounded(.up), bottom = (rows.map(\.box.bottom).max() ?? 0).rounded(.up)
        guard let width = Int(exactly: right), let height = Int(exactly: bottom),
            (try? RunLengthEncoding.pixels(width: width, height: height)) != nil
        else { return nil }
        return PictureSize(width: width, height: height)
    }
}
