#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// e to the power of x. One definition, so that training and streaming see the same bits.
func exponential(_ x: Float) -> Float { exp(x) }
