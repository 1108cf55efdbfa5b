import Foundation

/// sign(x) · log(1 + |x|); NaN stays NaN.
@inline(__always)
func signedLog(_ value: Float) -> Float {
    value < 0 ? -log1p(-value) : log1p(value)
}
