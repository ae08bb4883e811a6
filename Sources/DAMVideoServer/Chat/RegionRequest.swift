import Foundation
import Imaging
import Masks

/// A region as a request describes it, in pixels of the picture.
enum RegionRequest: Equatable {
    case box(Rectangle)
    /// Points on the object, or beside it.
    case points([Point])
    /// Outlines, each x and y by turns.
    case polygon([[Double]])
    case runs(RunLengthEncoding)

    struct Point: Equatable {
        let x, y: Double
        var isForeground = true
    }

    /// Corners of a polygon at most: drawing takes time for each on every row.
    fileprivate static let mostCorners = 10_000
}

extension RegionRequest: Decodable {
    private enum CodingKeys: CodingKey, CaseIterable { case box, point, points, polygon, rle }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let given = CodingKeys.allCases.filter { values.contains($0) }
        guard given.count == 1, let kind = given.first else {
            throw DecodingError.dataCorrupted(.init(
                codingPath: decoder.codingPath, debugDescription: "found \(given.count) of box, point, polygon and rle, expected one"))
        }
        func wrong(_ expected: String) -> DecodingError {
            .dataCorruptedError(forKey: kind, in: values, debugDescription: "found something else, expected \(expected)")
        }
        func point(_ numbers: [Double]) throws -> Point {
            guard (2...3).contains(numbers.count), numbers.allSatisfy({ abs($0) < 1e6 }) else { throw wrong("x and y") }
            return Point(x: numbers[0], y: numbers[1], isForeground: numbers.count < 3 || numbers[2] != 0)
        }
        switch kind {
        case .box:
            let box = try values.decode([Double].self, forKey: .box)
            guard box.count == 4, box.allSatisfy({ abs($0) < 1e6 }) else { throw wrong("left, top, width, height") }
            self = .box(Rectangle(left: box[0], top: box[1], width: box[2], height: box[3]))
        case .point: self = .points([try point(values.decode([Double].self, forKey: .point))])
        case .points: self = .points(try values.decode([[Double]].self, forKey: .points).map(point))
        case .polygon:
            let flat = try? values.decode([Double].self, forKey: .polygon)
            var outlines = try flat.map { [$0] } ?? values.decode([[Double]].self, forKey: .polygon)
            // A list of corners is one outline.
            if outlines.count >= 3, outlines.allSatisfy({ $0.count == 2 }) { outlines = [outlines.flatMap(\.self)] }
            guard !outlines.isEmpty, outlines.allSatisfy({ $0.count >= 6 && $0.count % 2 == 0 && $0.allSatisfy { abs($0) < 1e6 } }),
                outlines.reduce(0, { $0 + $1.count }) <= 2 * Self.mostCorners
            else { throw wrong("x, y of three corners or more, \(Self.mostCorners) at most") }
            self = .polygon(outlines)
        case .rle: self = .runs(try values.decode(RunsOfMask.self, forKey: .rle).runs)
        }
    }
}

/// `{"size": [height, width], "counts": ...}`, the counts a string or numbers.
private struct RunsOfMask: Decodable {
    let runs: RunLengthEncoding

    private enum CodingKeys: CodingKey { case size, counts }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let numbers = try? values.decode([UInt32].self, forKey: .counts), size = try values.decode([Int].self, forKey: .size)
        do {
            if let numbers, size.count == 2 {
                runs = try RunLengthEncoding(width: size[1], height: size[0], runs: numbers)
            } else {
                runs = try RunLengthEncoding(from: decoder)
            }
        } catch let error as InputError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }
}

/// One region for all pictures, or one for each, null for those without.
enum RegionList: Equatable, Decodable {
    case all(RegionRequest)
    case each([RegionRequest?])

    init(from decoder: any Decoder) throws {
        if var list = try? decoder.unkeyedContainer() {
            var regions: [RegionRequest?] = []
            while !list.isAtEnd { regions.append(try list.decodeNil() ? nil : list.decode(RegionRequest.self)) }
            self = .each(regions)
        } else {
            self = .all(try RegionRequest(from: decoder))
        }
    }

    /// The region of a picture.
    subscript(picture: Int) -> RegionRequest? {
        switch self {
        case .all(let region): region
        case .each(let regions): regions.indices.contains(picture) ? regions[picture] : nil
        }
    }
}
