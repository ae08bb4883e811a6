import Imaging
import Parallelism

/// One value for each pixel of a box of an image, `[box.height, box.width]`, row-major. Immutable after creation, so threads may
/// read it concurrently. Indices are checked in debug builds only.
struct Plane<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
    // Sendable because the memory is written only through the MutablePlane that became this plane.

    /// Position and size in the image, in its pixels.
    let box: BoundingBox
    private let memory: PlaneMemory
    private let start: UnsafePointer<Value>

    fileprivate init(box: BoundingBox, memory: PlaneMemory, start: UnsafeMutablePointer<Value>) {
        self.box = box
        self.memory = memory
        self.start = UnsafePointer(start)
    }

    /// Creates a constant plane.
    init(_ box: BoundingBox, repeating value: Value) {
        self = MutablePlane(box, repeating: value).finished()
    }

    /// Creates a plane and fills it row by row, in parallel.
    /// - Parameter fill: writes every value of a row.
    init(_ box: BoundingBox, rows fill: (_ row: PlaneRow<Value>) -> Void) {
        let plane = MutablePlane<Value>(box)
        plane.forEachRow(fill)
        self = plane.finished()
    }

    var count: Int { box.width * box.height }

    /// Row-major indices.
    var indices: Range<Int> { 0..<count }

    /// The value at a row-major index.
    @inline(__always)
    subscript(place: Int) -> Value {
        assert(indices.contains(place), "Plane: place outside")
        return start[place]
    }

    /// The value at a pixel of the image inside the box.
    @inline(__always)
    subscript(x: Int, y: Int) -> Value { self[place(x, y)] }

    /// The row-major index of a pixel of the image inside the box.
    @inline(__always)
    func place(_ x: Int, _ y: Int) -> Int {
        assert(box.contains(x: x, y: y), "Plane: pixel outside")
        return (y - box.top) * box.width + x - box.left
    }

    /// Address of a pixel inside the box, for loads of several values; valid as long as the plane.
    @inline(__always)
    func pointer(_ x: Int, _ y: Int) -> UnsafePointer<Value> { start + place(x, y) }

    /// A plane of the same box with each value transformed.
    func mapped<Result>(_ transform: (Value) -> Result) -> Plane<Result> {
        let result = MutablePlane<Result>(box)
        for place in indices { result[place] = transform(self[place]) }
        return result.finished()
    }

    /// A mutable copy.
    func mutableCopy() -> MutablePlane<Value> {
        let copy = MutablePlane<Value>(box)
        copy.start.update(from: start, count: count)
        return copy
    }
}

/// A plane under construction. Several threads may write it, each at different positions.
struct MutablePlane<Value: BitwiseCopyable & Sendable>: ~Copyable {
    let box: BoundingBox
    private let memory: PlaneMemory
    fileprivate let start: UnsafeMutablePointer<Value>

    /// Creates an uninitialised plane.
    init(_ box: BoundingBox) {
        self.box = box
        let count = box.width * box.height
        memory = PlaneMemory(byteCount: count * MemoryLayout<Value>.stride, alignment: MemoryLayout<Value>.alignment)
        start = memory.start.bindMemory(to: Value.self, capacity: count)
    }

    init(_ box: BoundingBox, repeating value: Value) {
        self.init(box)
        start.update(repeating: value, count: box.width * box.height)
    }

    var indices: Range<Int> { 0..<box.width * box.height }

    /// The value at a row-major index.
    @inline(__always)
    subscript(place: Int) -> Value {
        get {
            assert(indices.contains(place), "Plane: place outside")
            return start[place]
        }
        nonmutating set {
            assert(indices.contains(place), "Plane: place outside")
            start[place] = newValue
        }
    }

    /// The value at a pixel of the image inside the box.
    @inline(__always)
    subscript(x: Int, y: Int) -> Value {
        get { self[place(x, y)] }
        nonmutating set { self[place(x, y)] = newValue }
    }

    /// The row-major index of a pixel of the image inside the box.
    @inline(__always)
    func place(_ x: Int, _ y: Int) -> Int {
        assert(box.contains(x: x, y: y), "Plane: pixel outside")
        return (y - box.top) * box.width + x - box.left
    }

    /// One row of the image.
    @inline(__always)
    func row(_ y: Int) -> PlaneRow<Value> {
        PlaneRow(y: y, columns: box.left..<box.right, start: start + place(box.left, y))
    }

    /// Calls `body` with each row, in parallel.
    func forEachRow(_ body: (PlaneRow<Value>) -> Void) {
        Parallel.fixedRanges(box.height) { rows in
            for row in rows { body(self.row(box.top + row)) }
        }
    }

    /// The finished, immutable plane.
    consuming func finished() -> Plane<Value> { Plane(box: box, memory: memory, start: start) }
}

/// A row of a plane under construction.
struct PlaneRow<Value: BitwiseCopyable & Sendable> {
    /// Row of the image.
    let y: Int
    /// Columns of the image.
    let columns: Range<Int>
    fileprivate let start: UnsafeMutablePointer<Value>

    /// Address of the first column.
    var pointer: UnsafeMutablePointer<Value> { start }

    /// The value in a column of the image.
    @inline(__always)
    subscript(x: Int) -> Value {
        get {
            assert(columns.contains(x), "Plane: column outside")
            return start[x - columns.lowerBound]
        }
        nonmutating set {
            assert(columns.contains(x), "Plane: column outside")
            start[x - columns.lowerBound] = newValue
        }
    }
}

/// Memory of a plane, freed with its last owner.
private final class PlaneMemory {
    let start: UnsafeMutableRawPointer

    init(byteCount: Int, alignment: Int) {
        start = .allocate(byteCount: byteCount, alignment: alignment)
    }

    deinit { start.deallocate() }
}
