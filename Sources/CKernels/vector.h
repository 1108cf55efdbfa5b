// Vectors of LANES floats, LANES set by the including file. Included once per instruction set.
#include <stddef.h>
#include <stdint.h>

#include "include/kernels.h"

#pragma clang fp contract(off)

#define INLINE static inline __attribute__((always_inline, unused))

typedef float vf __attribute__((vector_size(4 * LANES), may_alias));
typedef float vfu __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * LANES), may_alias));
typedef uint32_t vu __attribute__((vector_size(4 * LANES), may_alias));

INLINE vf splat(float x) { return x - (vf){0}; }
INLINE vf load(const float *p) { return *(const vfu *)p; }
INLINE void store(float *p, vf x) { *(vfu *)p = x; }

// The first n (< LANES) floats, the rest zero.
INLINE vf load_part(const float *p, size_t n) {
    vf x = {0};
    __builtin_memcpy(&x, p, n * sizeof(float));
    return x;
}
INLINE void store_part(float *p, vf x, size_t n) { __builtin_memcpy(p, &x, n * sizeof(float)); }

INLINE vi lane_index(void) {
    vi x;
    for (int i = 0; i < LANES; i++) x[i] = i;
    return x;
}
INLINE vf choose(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }
INLINE vf vmax(vf a, vf b) { return choose(a > b, a, b); }
INLINE vf vmin(vf a, vf b) { return choose(a < b, a, b); }

#if HAS_FMA
INLINE vf fma_(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
INLINE float fma1(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
INLINE vf fma_(vf a, vf b, vf c) { return a * b + c; }
INLINE float fma1(float a, float b, float c) { return a * b + c; }
#endif

// Always the same tree: halves, then halves of halves.
INLINE float sum(vf x) {
    float t[LANES];
    __builtin_memcpy(t, &x, sizeof t);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) t[i] += t[i + width];
    return t[0];
}
INLINE float maximum(vf x) {
    float t[LANES];
    __builtin_memcpy(t, &x, sizeof t);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) t[i] = t[i] > t[i + width] ? t[i] : t[i + width];
    return t[0];
}

// exp with a relative error below 2e-7 on [-87, 88], clamped outside. Source: Cephes expf's range reduction and polynomial.
INLINE vf vexp(vf x) {
    x = vmin(vmax(x, splat(-87.3f)), splat(88.3f));
    const vf magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer in the low bits
    vf shifted = fma_(x, splat(1.44269504088896341f), magic);
    vf n = shifted - magic;
    vf r = fma_(n, splat(-0.693359375f), x);
    r = fma_(n, splat(2.12194440e-4f), r);
    vf p = splat(1.9875691500e-4f);
    p = fma_(p, r, splat(1.3981999507e-3f));
    p = fma_(p, r, splat(8.3334519073e-3f));
    p = fma_(p, r, splat(4.1665795894e-2f));
    p = fma_(p, r, splat(1.6666665459e-1f));
    p = fma_(p, r, splat(5.0000001201e-1f));
    p = fma_(p, r * r, r + splat(1.0f));
    vi exponent = ((vi)shifted - (vi)magic) << 23;
    return (vf)((vi)p + exponent);
}

// sigmoid(2 u) of tanh-GELU's inner u = sqrt(2/pi) (x + 0.044715 x^3); gelu(x) = x sigmoid(2 u).
INLINE vf gelu_gate(vf x) {
    vf cubic = fma_(x * x, splat(0.044715f), splat(1.0f)) * x;
    return splat(1.0f) / (splat(1.0f) + vexp(cubic * splat(-1.5957691216057308f)));
}
INLINE vf gelu(vf x) { return x * gelu_gate(x); }
INLINE vf gelu_derivative(vf x) {
    vf s = gelu_gate(x);
    vf du = fma_(x * x, splat(3 * 0.044715f), splat(1.0f)) * splat(1.5957691216057308f);
    return fma_(x * s * (splat(1.0f) - s), du, s);
}
