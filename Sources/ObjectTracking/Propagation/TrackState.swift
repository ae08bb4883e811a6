import Imaging
import Masks

/// A track as one pass knows it at its current frame.
struct TrackState: Sendable {
    enum Status: Sendable, Equatable {
        case visible
        /// Not seen; looked for near where it should be.
        case lost
        /// Not looked for any more, until a mask is given.
        case ended
    }

    let id: TrackID
    var status = Status.visible
    /// The chance of each pixel to be the object's. Empty (box of one pixel, 0) while not visible.
    var probability: Plane<Float>
    /// Colours of given masks.
    private(set) var given: ColourHistogram
    /// Colours of late.
    private(set) var recent: ColourHistogram
    /// Colours around the latest given mask that it is carried from.
    private(set) var givenSurroundings: ColourHistogram
    /// Colours of that mask and around it, by place.
    private(set) var givenPlaces: LocalColours?
    /// The same of the frame before.
    var places: LocalColours?
    /// Parts of the mask of the frame before, as `givenPlaces` has them.
    var parts: MaskParts?
    /// Evidence of the layers it moved with and did not, of the frame before (`MotionLayers`); empty at a given mask.
    var layers = Plane<Float>.nothing
    /// Usual number of pixels, following slowly: a tenth of it left means the object is hidden.
    var usualArea: Float
    /// Its box when last seen whole, moved on with the camera and its own motion since.
    var lastBox: BoundingBox
    /// Its motion beyond the camera's, in pixels a frame.
    var velocity = SIMD2<Float>(0, 0)
    /// Frames since it was seen whole.
    var hidden = 0
    /// Part of the last box's motion that rounding left over, in pixels.
    private var remainder = SIMD2<Float>(0, 0)
    /// 0...1, falling with every frame on which evidence is weak.
    var support: Float = 1
    /// The similarity its mask may have with the true one.
    var expected = ExpectedSimilarity()
    /// Frames since a mask was given.
    var age = 0

    /// Starts from a given mask.
    /// - Parameters:
    ///   - region: the mask's share of each working pixel; not empty.
    ///   - cells: cells of its colours by place (`LocalColours`).
    ///   - isCarried: false if the next frame has a mask of its own: nothing but the colours of this one is needed then.
    init(id: TrackID, region: Plane<Float>, features: FrameFeatures, cells: Float, isCarried: Bool) {
        self.id = id
        probability = region
        given = features.colours(of: region)
        recent = given
        let bounds = region.bounds(above: 0.5) ?? region.box
        givenSurroundings = isCarried ? features.colours(around: region, bounds) : .empty
        givenPlaces = isCarried ? LocalColours(features, region: region, cells: cells) : nil
        places = givenPlaces
        parts = givenPlaces.map(MaskParts.init)
        usualArea = region.indices.reduce(0) { $0 + region[$1] }
        lastBox = bounds
    }

    /// Goes on from another given mask.
    /// - Parameter latest: a track that starts from it.
    mutating func annotate(_ latest: TrackState) {
        let earlier = given
        (status, probability, recent, support, age, hidden) = (.visible, latest.probability, latest.given, 1, 0, 0)
        (usualArea, lastBox, expected) = (latest.usualArea, latest.lastBox, latest.expected)
        (layers, parts) = (latest.layers, latest.parts)
        (givenSurroundings, givenPlaces, places) = (latest.givenSurroundings, latest.givenPlaces, latest.places)
        given = latest.given
        given.blend(earlier, share: UpdateConstants.earlierShare)
    }

    /// Gives up the pixels of another object's mask.
    mutating func yield(to region: Plane<Float>) {
        guard let shared = probability.box.intersection(region.box) else { return }
        let rest = probability.mutableCopy()
        shared.forEachPixel { x, y in
            if region[x, y] > 0.5 { rest[x, y] = 0 }
        }
        probability = rest.finished()
    }

    /// The colours it is known by.
    var colours: ColourHistogram {
        var mixed = given
        mixed.blend(recent, share: UpdateConstants.recentShare)
        return mixed
    }

    mutating func learn(_ colours: ColourHistogram) {
        recent.blend(colours, share: UpdateConstants.colourRate)
    }

    /// Moves the last box to where the object should be one frame later.
    /// - Parameter camera: from the previous frame to the current.
    mutating func expect(_ camera: CameraMotion) {
        hidden += 1
        let shift = camera.shift(at: lastBox) + velocity + remainder
        velocity *= UpdateConstants.velocityDecay
        let x = Int(shift.x.rounded()), y = Int(shift.y.rounded())
        remainder = shift - SIMD2(Float(x), Float(y))
        lastBox = lastBox.moved(x: x, y: y)
    }

    /// Goes on where it was found again.
    /// - Parameters:
    ///   - likeness: likeness of the region it was found in to the given mask.
    ///   - places: colours of that region by place.
    mutating func reappear(_ region: Plane<Float>, _ bounds: BoundingBox, likeness: Float, _ places: LocalColours?) {
        (status, probability, lastBox, hidden) = (.visible, region, bounds, 0)
        layers = .nothing
        if let places, let givenPlaces {
            parts = MaskParts(givenPlaces, at: places)
            self.places = places
        }
        support = max(support, UpdateConstants.foundSupport)
        expected.add(likeness: likeness)
    }

    mutating func vanish(_ status: Status) {
        self.status = status
        support = 0
        probability = .nothing
    }
}
