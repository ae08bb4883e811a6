import Foundation

/// Natural logarithm.
@inline(__always)
func logarithm(_ value: Float) -> Float { log(value) }

/// e to the power of `value`.
@inline(__always)
func exponential(_ value: Float) -> Float { exp(value) }

/// The probability whose log-odds are `value`.
@inline(__always)
func logistic(_ value: Float) -> Float { 1 / (1 + exp(-min(max(value, -30), 30))) }

/// The log-odds of a probability, which is kept away from 0 and 1.
@inline(__always)
func logOdds(_ probability: Float) -> Float {
    let bounded = min(max(probability, 0.001), 0.999)
    return log(bounded / (1 - bounded))
}
