import Imaging

/// A decoded image that may be a mask, before its values are interpreted.
///
/// Every function throws `VideoError`.
package struct MaskPicture {
    package enum Kind: Sendable {
        /// Palette indices.
        case palette
        case grey, colours
        /// Not a PNG.
        case other
    }

    private let picture: StillPicture

    package init(path: String) throws { picture = try StillPicture(path: path) }

    package var kind: Kind {
        switch picture.png?.colorType {
        case .palette: .palette
        case .grey, .greyAlpha: .grey
        case .rgb, .rgbAlpha: .colours
        case nil: .other
        }
    }

    /// True if the pixels themselves, not only a palette, have an alpha channel.
    package var hasAlpha: Bool { picture.png?.colorType == .greyAlpha || picture.png?.colorType == .rgbAlpha }

    /// Label values, as `ImageDecoder.labels` returns them.
    package func labels() throws -> LabelImage { try picture.labels() }

    /// Grey level of each palette entry, nil for coloured ones; nil if the picture has no palette.
    package var paletteGreys: [UInt16?]? { picture.paletteGreys }

    /// Colours, as `ImageDecoder.rgb` returns them.
    package func rgb() throws -> RGBImage { try picture.rgb() }

    /// Mask of the pixels with alpha above 0; nil without alpha.
    package func alphaMask() throws -> Mask? { try picture.alphaMask() }

    /// Binary mask, as `ImageDecoder.mask` returns it.
    package func foreground() throws -> Mask {
        switch kind {
        case .palette, .grey: return try picture.labels().foreground
        case .colours: return try picture.colourMask()
        case .other:
            guard let indices = picture.paletteIndices() else { return try picture.colourMask() }
            let size = picture.orientation.size(of: picture.frame.size)
            return Mask(width: size.width, height: size.height, pixels: indices)
        }
    }
}
