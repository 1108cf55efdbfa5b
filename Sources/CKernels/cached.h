// Cached keys and values in one of three precisions, read as floats and written rounded to nearest.
//
// One layer of a cache, in this order: keys (d, padded W) with a column a slot, values (W, d) with a row a slot, event
// times in days high (padded W) and low (padded W) as float; and for bytes the scales of each slot's key and of its
// value, (padded W) each, in bfloat16.

typedef uint16_t vh __attribute__((vector_size(2 * LANES), may_alias));
typedef int8_t vb __attribute__((vector_size(LANES), may_alias));

INLINE size_t element_bytes(const ck_precision precision) {
    return precision == CK_FLOAT32 ? 4 : precision == CK_BFLOAT16 ? 2 : 1;
}

// LANES elements from the `index`-th.
INLINE vf load_cached(const void *p, size_t index, const ck_precision precision) {
    if (precision == CK_FLOAT32) return load((const float *)p + index);
    if (precision == CK_BFLOAT16) {
        vh half;
        __builtin_memcpy(&half, (const uint16_t *)p + index, sizeof half);
        return (vf)(__builtin_convertvector(half, vu) << 16);
    }
    vb byte;
    __builtin_memcpy(&byte, (const int8_t *)p + index, sizeof byte);
    return __builtin_convertvector(byte, vf);
}

INLINE float widened(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

// The nearest bfloat16, ties to even.
INLINE uint16_t narrowed(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// The smallest bfloat16 with which n floats fit -127 ... 127; 0 only for zeros.
INLINE uint16_t byte_scale(const float *x, size_t n) {
    float largest = 0;
    for (size_t j = 0; j < n; j++) {
        const float a = __builtin_fabsf(x[j]);
        largest = a > largest ? a : largest;
    }
    const float scale = largest * (1.0f / 127.0f);
    const uint16_t near = narrowed(scale);
    return widened(near) * 127.0f < largest ? (uint16_t)(near + 1) : near;
}

// x / scale rounded to nearest, ties to even.
INLINE int8_t byte_of(float x, float inverse) {
    float scaled = x * inverse;
    scaled = scaled > 127.0f ? 127.0f : scaled < -127.0f ? -127.0f : scaled;
    const float magic = 12582912.0f;  // 1.5 * 2^23
    const float shifted = scaled + magic;
    int32_t bits;
    __builtin_memcpy(&bits, &shifted, sizeof bits);
    return (int8_t)(bits - 0x4B400000);
}

// n floats to `to`, `stride` elements apart. `scale` gets the slot's scale for bytes.
INLINE void store_cached(void *to, size_t stride, const float *x, size_t n, uint16_t *scale,
                         const ck_precision precision) {
    if (precision == CK_FLOAT32) {
        float *p = to;
        for (size_t j = 0; j < n; j++) p[j * stride] = x[j];
    } else if (precision == CK_BFLOAT16) {
        uint16_t *p = to;
        for (size_t j = 0; j < n; j++) p[j * stride] = narrowed(x[j]);
    } else {
        *scale = byte_scale(x, n);
        const float size = widened(*scale), inverse = size > 0 ? 1.0f / size : 0.0f;
        int8_t *p = to;
        for (size_t j = 0; j < n; j++) p[j * stride] = byte_of(x[j], inverse);
    }
}

// Copies n elements of `bytes` each between two strides.
INLINE void copy_elements(char *to, size_t to_stride, const char *from, size_t from_stride, size_t n, size_t bytes) {
    for (size_t j = 0; j < n; j++) __builtin_memcpy(to + j * to_stride * bytes, from + j * from_stride * bytes, bytes);
}

// LANES scales from the `slot`-th.
INLINE vf load_scales(const uint16_t *scales, size_t slot) { return load_cached(scales, slot, CK_BFLOAT16); }
