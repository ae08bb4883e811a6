import CFFmpeg

extension FrameIndex {
    /// Reads all packets of the file at `path`.
    /// - Parameter clock: a clock in its initial state.
    /// - Throws: `IndexProblem` if the packets do not determine the frames; `VideoError` if the file cannot be opened.
    init(path: String, clock: PresentationClock) throws {
        let reader = try PacketReader(.file(path))
        let inspector = try PacketInspector(reader.stream.pointee.codecpar.pointee)
        let timeline = ClipTimeline(reader)
        var draft = IndexDraft(timeline: timeline, interval: clock.usual)
        while reader.advance() {
            try draft.add(reader.packet.pointer.pointee, inspector)
        }
        guard reader.damage.summary(decodedFrames: 0) == nil else { throw IndexProblem(reason: "it is damaged") }
        try self.init(draft, clock, breaks: reader.breaks)
    }

    private init(_ draft: IndexDraft, _ clock: PresentationClock, breaks: [Range<Int64>]) throws {
        packets = draft.packets
        let ends = draft.joints.dropFirst() + [draft.shown.count]
        let parts = zip(draft.joints, ends).map { draft.shown[$0..<$1].sorted() }
        timestamps = parts.flatMap(\.self)
        timeline = draft.timeline
        guard parts.allSatisfy({ part in zip(part, part.dropFirst()).allSatisfy(<) }) else {
            throw IndexProblem(reason: "some of its frames have the same time")
        }
        var clock = clock
        let times = try timestamps.map { timestamp in
            let time = clock.time(draft.timeline.seconds(timestamp)) { draft.timeline.isAny(of: breaks, between: $0, and: $1) }
            guard let time else { throw IndexProblem(reason: "its times go back") }
            return time
        }
        mending = clock.mending
        mendedTimes = mending == nil ? nil : times
        // If packets carry headers, decoding can only start there, and headers must not change elsewhere.
        let candidates = draft.entries.filter { !draft.hasHeaders || $0.hasHeaders }
        guard candidates.count(where: \.hasHeaders) == draft.headers else {
            throw IndexProblem(reason: "its headers change between key frames")
        }
        entries = candidates.map { candidate in
            let time = draft.packets[candidate.packet].timestamp, part = parts[candidate.part]
            let place = firstPlace(in: part.count) { part[$0] >= time }
            return Entry(packet: candidate.packet, frame: draft.joints[candidate.part] + place)
        }
        guard !timestamps.isEmpty else { throw IndexProblem(reason: "it shows no frame") }
        guard entries.first == Entry(packet: 0, frame: 0) else {
            throw IndexProblem(reason: "it does not begin with a key frame")
        }
    }
}

/// Findings from the packets read so far.
private struct IndexDraft {
    struct Candidate {
        let packet: Int
        /// Index of the joined part it belongs to.
        let part: Int
        let hasHeaders: Bool
    }

    let timeline: ClipTimeline
    /// Seconds between frames, according to the file.
    let interval: Double

    private(set) var packets: [FrameIndex.Packet] = []
    /// Timestamps of displayed packets, in file order.
    private(set) var shown: [Int64] = []
    /// Packets at which decoding can start, ascending in time too.
    private(set) var entries: [Candidate] = []
    /// Number of packets that carry headers.
    private(set) var headers = 0
    /// Indices in `shown` at which the parts of a joined file start; the first is 0.
    private(set) var joints = [0]
    private var latest = Int64.min

    init(timeline: ClipTimeline, interval: Double) {
        self.timeline = timeline
        self.interval = interval
    }

    var hasHeaders: Bool { headers > 0 }

    mutating func add(_ packet: AVPacket, _ inspector: PacketInspector) throws {
        guard packet.pts != cffmpeg_no_timestamp() else { throw IndexProblem(reason: "not all of its frames have a time") }
        guard !changesHeaders(packet) else { throw IndexProblem(reason: "its headers change between key frames") }
        let finding = try inspector.inspect(packet)
        if finding.hasHeaders { headers += 1 }
        if finding.isEntry, inspector.order != .any, startsAgain(at: packet.pts) {
            joints.append(shown.count)
            latest = .min
        }
        guard follows(packet.pts, finding.isEntry, inspector.order) else { throw IndexProblem(reason: "its times go back") }
        // All packets before it must also precede it in time, so that all frames from its time on come after it in the file.
        if finding.isEntry, packet.pts > latest {
            entries.append(Candidate(packet: packets.count, part: joints.count - 1, hasHeaders: finding.hasHeaders))
        }
        latest = max(latest, packet.pts)
        // An edit list hides frames that others depend on.
        if finding.isShown, packet.flags & AV_PKT_FLAG_DISCARD == 0 { shown.append(packet.pts) }
        packets.append(FrameIndex.Packet(packet))
    }

    private func follows(_ time: Int64, _ isEntry: Bool, _ order: PacketInspector.Order) -> Bool {
        switch order {
        case .asShown: time > latest
        case .withinEntries: time > (isEntry ? latest : entries.last.map { packets[$0.packet].timestamp } ?? .min)
        // Packets before an entry in the file must be displayed before it.
        case .any: !isEntry || time > latest
        }
    }

    /// True if the stream's clock was restarted.
    private func startsAgain(at time: Int64) -> Bool {
        !shown.isEmpty && latest != .min
            && PresentationClock.isRestart(timeline.seconds(time), after: timeline.seconds(latest), usual: interval)
    }
}

/// True if the container delivers new headers with the packet.
private func changesHeaders(_ packet: AVPacket) -> Bool {
    guard let list = packet.side_data else { return false }
    return (0..<Int(packet.side_data_elems)).contains {
        [AV_PKT_DATA_NEW_EXTRADATA, AV_PKT_DATA_PARAM_CHANGE].contains(list[$0].type)
    }
}
