import Foundation
import Imaging
import Masks

/// A region as given in a request, in pixels of the image.
enum RegionRequest: Equatable {
    case box(Rectangle)
    /// Points on the object (foreground) or outside it (background).
    case points([Point])
    /// Outlines, each with alternating x and y.
    case polygon([[Double]])
    case runs(RunLengthEncoding)

    struct Point: Equatable {
        let x, y: Double
        var isForeground = true
    }

    /// Upper bound on a polygon's corners: filling takes time for each of them on every row.
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
            // A list of corners is a single outline.
            if outlines.count >= 3, outlines.allSatisfy({ $0.count == 2 }) { outlines = [outlines.flatMap(\.self)] }
            guard !outlines.isEmpty, outlines.allSatisfy({ $0.count >= 6 && $0.count % 2 == 0 && $0.allSatisfy { abs($0) < 1e6 } }),
                outlines.reduce(0, { $0 + $1.count }) <= 2 * Self.mostCorners
            else { throw wrong("x, y of three corners or more, \(Self.mostCorners) at most") }
            self = .polygon(outlines)
        case .rle: self = .runs(try values.decode(RunsOfMask.self, forKey: .rle).runs)
        }
    }
}

/// COCO's `{"size": [height, width], "counts": ...}`, with counts as a string or numbers.
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

/// One region for all images, or one for each, null for images without.
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

    /// The region for an image.
    subscript(picture: Int) -> RegionRequest? {
        switch self {
        case .all(let region): region
        case .each(let regions): regions.indices.contains(picture) ? regions[picture] : nil
        }
    }
}
