/// Memory order of a square grid of patches in windows: window by window, each a class token followed by its patches in
/// row-major order.
struct WindowGrid: Sendable {
    /// Patches in each direction.
    let side: Int
    /// Windows in each direction, a divisor of `side`.
    let windows: Int

    var windowSide: Int { side / windows }
    var windowCount: Int { windows * windows }
    /// Tokens of one window.
    var windowTokens: Int { windowSide * windowSide + 1 }
    /// Tokens of all windows.
    var tokens: Int { windowCount * windowTokens }

    /// Rows of a window's tokens; the first is its class token.
    func rows(ofWindow window: Int) -> Range<Int> { window * windowTokens..<(window + 1) * windowTokens }

    /// Row of the patch at `y`, `x`.
    func row(y: Int, x: Int) -> Int {
        let window = y / windowSide * windows + x / windowSide
        return window * windowTokens + 1 + y % windowSide * windowSide + x % windowSide
    }
}
