import Tensors

/// `vision_config`: trunk and neck of the image encoder. Defaults are those of SAM 2.1 tiny.
package struct VisionConfiguration: Sendable {
    package let backbone: HieraConfiguration
    /// Side of the encoder's input in pixels.
    package let imageSize: Int
    /// Rows (and columns) of the trunk's map after each stage.
    package let mapSides: [Int]
    /// Width of the neck's maps.
    package let fpnHiddenSize: Int
    package let fpnKernelSize: Int
    /// Stages to whose map the next coarser one is added after upsampling.
    package let fpnTopDownLevels: Set<Int>

    /// Number of maps in use: those of the first stages, finest first.
    package static let featureLevels = 3

    /// Rows (and columns) of the maps in use, finest first.
    package var featureSides: [Int] { Array(mapSides.prefix(Self.featureLevels)) }

    init(_ file: ConfigurationFile, imageSize: Int) throws {
        let backboneFile = try file.object("backbone_config")
        backbone = try HieraConfiguration(backboneFile)
        self.imageSize = imageSize
        mapSides = try backbone.mapSides(imageSize: imageSize, backboneFile)
        fpnHiddenSize = try file.integer("fpn_hidden_size", default: 256, in: 1...16384)
        fpnKernelSize = try file.integer("fpn_kernel_size", default: 1, in: 1...15)
        fpnTopDownLevels = Set(try file.integers("fpn_top_down_levels", default: [2, 3], in: 0...16))
        try check(file)
    }

    private func check(_ file: ConfigurationFile) throws {
        func require(_ key: String, _ found: Int, _ expected: Int) throws {
            guard found == expected else { throw file.error(key, found: "\(found)", expected: "\(expected)") }
        }
        try require("fpn_stride", try file.integer("fpn_stride", default: 1, in: 0...1024), 1)
        try require("fpn_padding", try file.integer("fpn_padding", default: 0, in: 0...1024), (fpnKernelSize - 1) / 2)
        try require(
            "num_feature_levels", try file.integer("num_feature_levels", default: 3, in: 0...1024), Self.featureLevels)
        guard fpnKernelSize % 2 == 1 else {
            throw file.error("fpn_kernel_size", found: "\(fpnKernelSize)", expected: "an odd number")
        }
        guard fpnHiddenSize % 4 == 0 else {
            throw file.error("fpn_hidden_size", found: "\(fpnHiddenSize)", expected: "a multiple of 4")
        }
        let widths = Array(backbone.widthPerStage.reversed())
        let channels = try file.integers("backbone_channel_list", default: [768, 384, 192, 96], in: 1...16384)
        guard channels == widths else {
            throw file.error("backbone_channel_list", found: "\(channels)", expected: "\(widths), the stages' widths from the last")
        }
        for stage in fpnTopDownLevels.sorted() where stage + 1 < mapSides.count && mapSides[stage] != 2 * mapSides[stage + 1] {
            throw file.error(
                "fpn_top_down_levels", found: "\(stage) with maps of \(mapSides[stage]) and \(mapSides[stage + 1])",
                expected: "a map twice as large as the next")
        }
        let sides = featureSides
        guard sides[0] == 4 * sides[2], sides[1] == 2 * sides[2] else {
            throw file.error("backbone_config", found: "maps of \(sides)", expected: "each twice as large as the next")
        }
        if case .list(let list)? = file.present("backbone_feature_sizes") {
            let expected = sides.map { JSONValue.list([.number(Double($0)), .number(Double($0))]) }
            guard list == expected else {
                throw file.error("backbone_feature_sizes", found: "other sizes", expected: "\(sides) squared, for pictures of \(imageSize)")
            }
        }
    }
}
