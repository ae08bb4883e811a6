import Foundation

/// Natural logarithm.
@inline(__always)
func logarithm(_ value: Float) -> Float { log(value) }

/// The probability with log-odds `value`.
@inline(__always)
func logistic(_ value: Float) -> Float { 1 / (1 + exp(-min(max(value, -30), 30))) }

/// The log-odds of a probability, clamped away from 0 and 1.
@inline(__always)
func logOdds(_ probability: Float) -> Float {
    let bounded = min(max(probability, 0.001), 0.999)
    return log(bounded / (1 - bounded))
}

/// Exponential of each value, to about the last digit; 0 below -87, and values above 88 are clamped. The power of 2 goes into
/// the exponent, and a polynomial approximates the rest. Source: Cephes' expf, by Stephen Moshier.
@inline(__always)
package func exponential(_ values: SIMD8<Float>) -> SIMD8<Float> {
    let least: Float = -87, greatest: Float = 88
    let bounded = values.replacing(with: greatest, where: values .> greatest).replacing(with: least, where: values .< least)
    return boundedExponential(bounded).replacing(with: 0, where: values .< least)
}

/// The same for values that need no clamping.
/// - Parameter value: within -87...88.
@inline(__always)
private func boundedExponential(_ value: SIMD8<Float>) -> SIMD8<Float> {
    // Adding 1.5 * 2^23 rounds to an integer, which is then in the low bits.
    let round: Float = 12_582_912
    let shifted = value * 1.442_695_04 + round, power = shifted - round
    let rest = value - power * 0.693_359_375 - power * -2.121_944_4e-4
    var sum = rest * 1.987_569_15e-4 + 1.398_199_95e-3
    sum = sum * rest + 8.333_451_9e-3
    sum = sum * rest + 4.166_579_6e-2
    sum = sum * rest + 1.666_666_55e-1
    sum = sum * rest + 5.000_000_1e-1
    sum = sum * rest * rest + rest + 1
    let bits = unsafeBitCast(sum, to: SIMD8<UInt32>.self) &+ unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
    return unsafeBitCast(bits, to: SIMD8<Float>.self)
}

/// The probabilities with log-odds `values`.
@inline(__always)
func logistic(_ values: SIMD8<Float>) -> SIMD8<Float> {
    let limit: Float = 30
    let bounded = values.replacing(with: limit, where: values .> limit).replacing(with: -limit, where: values .< -limit)
    return 1 / (1 + boundedExponential(-bounded))
}

/// Replaces values in place, eight at a time.
@inline(__always)
func inGroups(_ values: UnsafeMutablePointer<Float>, _ count: Int, _ body: (SIMD8<Float>) -> SIMD8<Float>) {
    let whole = count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
        let place = UnsafeMutableRawPointer(values + start)
        place.storeBytes(of: body(place.loadUnaligned(as: SIMD8<Float>.self)), as: SIMD8<Float>.self)
    }
    guard whole < count else { return }
    var rest = SIMD8<Float>(repeating: 0)
    for index in 0..<count - whole { rest[index] = values[whole + index] }
    rest = body(rest)
    for index in 0..<count - whole { values[whole + index] = rest[index] }
}
