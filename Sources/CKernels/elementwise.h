// Row-wise kernels. A row's result depends on nothing but the row.

// Runs `body` over a row of n floats: `i` is the offset, LOAD and STORE work on whole vectors and on the last part.
#define EACH(n, body)                                                                     \
    do {                                                                                  \
        size_t i = 0;                                                                     \
        for (; i + LANES <= (n); i += LANES) {                                            \
            const size_t part = LANES;                                                    \
            body                                                                          \
        }                                                                                 \
        if (i < (n)) {                                                                    \
            const size_t part = (n)-i;                                                    \
            body                                                                          \
        }                                                                                 \
    } while (0)
#define LOAD(p) (part == LANES ? load(p) : load_part(p, part))
#define STORE(p, x)                               \
    do {                                          \
        if (part == LANES) store(p, x);           \
        else store_part(p, x, part);              \
    } while (0)
// x in the lanes of the row, 0 beyond its end.
#define WITHIN(x) (part == LANES ? (x) : choose(lane_index() < (int32_t)part, (x), (vf){0}))

static void layer_norm(const float *x, const float *gamma, const float *beta, float *y, float *stats, size_t rows,
                       size_t n, float epsilon) {
    for (size_t row = 0; row < rows; row++, x += n, y += n) {
        vf total = {0};
        EACH(n, { total += LOAD(x + i); });
        const float mean = sum(total) / (float)n;
        vf squares = {0};
        EACH(n, {
            vf d = WITHIN(LOAD(x + i) - splat(mean));
            squares = fma_(d, d, squares);
        });
        const float inverse = 1.0f / __builtin_sqrtf(sum(squares) / (float)n + epsilon);
        EACH(n, {
            vf normal = (LOAD(x + i) - splat(mean)) * splat(inverse);
            STORE(y + i, fma_(normal, LOAD(gamma + i), LOAD(beta + i)));
        });
        if (stats) {
            stats[2 * row] = mean;
            stats[2 * row + 1] = inverse;
        }
    }
}

static void layer_norm_backward(const float *dy, const float *x, const float *stats, const float *gamma, float *dx,
                                float *dgamma, float *dbeta, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, x += n, dy += n, dx += n) {
        const vf mean = splat(stats[2 * row]), inverse = splat(stats[2 * row + 1]);
        vf total = {0}, dotted = {0};
        EACH(n, {
            vf d = LOAD(dy + i);
            vf normal = (LOAD(x + i) - mean) * inverse;
            vf g = d * LOAD(gamma + i);
            total += g;
            dotted = fma_(g, WITHIN(normal), dotted);
            STORE(dgamma + i, fma_(d, normal, LOAD(dgamma + i)));
            STORE(dbeta + i, LOAD(dbeta + i) + d);
        });
        const vf a = splat(sum(total) / (float)n), b = splat(sum(dotted) / (float)n);
        EACH(n, {
            vf normal = (LOAD(x + i) - mean) * inverse;
            vf g = LOAD(dy + i) * LOAD(gamma + i);
            STORE(dx + i, fma_(inverse, g - a - normal * b, LOAD(dx + i)));
        });
    }
}

static void bias_gelu(float *h, const float *bias, float *y, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, h += n, y += n)
        EACH(n, {
            vf x = LOAD(h + i) + LOAD(bias + i);
            STORE(h + i, x);
            STORE(y + i, gelu(x));
        });
}

static void gelu_backward(const float *h, float *d, float *dbias, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, h += n, d += n)
        EACH(n, {
            vf g = LOAD(d + i) * gelu_derivative(LOAD(h + i));
            STORE(d + i, g);
            STORE(dbias + i, LOAD(dbias + i) + g);
        });
}

static void bias_add(float *y, const float *bias, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, y += n) EACH(n, { STORE(y + i, LOAD(y + i) + LOAD(bias + i)); });
}

static void column_sums(const float *y, float *sums, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, y += n) EACH(n, { STORE(sums + i, LOAD(sums + i) + LOAD(y + i)); });
}

// The dropout factor (0 or scale) of LANES columns from `column`.
INLINE vf dropout_factor(uint32_t row_key, size_t column, ck_dropout dropout) {
    vu x = (vu)lane_index() + (uint32_t)column;
    x = x * 0x9E3779B9u + (row_key ^ (dropout.site * 0x85EBCA6Bu));
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= x >> 15;
    x *= 0x846CA68Bu;
    x ^= x >> 16;
    vi kept = (vi)(x >> 8) >= (int32_t)dropout.threshold;
    return choose(kept, splat(dropout.scale), (vf){0});
}

static void dropout(const float *x, float *y, size_t rows, size_t n, ck_dropout dropout) {
    for (size_t row = 0; row < rows; row++, x += n, y += n)
        EACH(n, { STORE(y + i, LOAD(x + i) * dropout_factor(dropout.row_keys[row], i, dropout)); });
}

static void bias_dropout_residual(const float *x, const float *y, const float *bias, float *out, size_t rows, size_t n,
                                  ck_dropout dropout) {
    for (size_t row = 0; row < rows; row++, x += n, y += n, out += n) {
        if (dropout.row_keys)
            EACH(n, {
                vf branch = (LOAD(y + i) + LOAD(bias + i)) * dropout_factor(dropout.row_keys[row], i, dropout);
                STORE(out + i, LOAD(x + i) + branch);
            });
        else
            EACH(n, { STORE(out + i, LOAD(x + i) + (LOAD(y + i) + LOAD(bias + i))); });
    }
}

static void embed(float *x, const float *bias, const float *values, const size_t *tables, const uint16_t *bins,
                  size_t rows, size_t fields, size_t n) {
    for (size_t row = 0; row < rows; row++, x += n, bins += fields)
        EACH(n, {
            vf total = LOAD(x + i) + LOAD(bias + i);
            for (size_t f = 0; f < fields; f++) total += LOAD(values + tables[f] + bins[f] * n + i);
            STORE(x + i, total);
        });
}

static void embed_backward(const float *dx, float *dbias, float *gradients, const size_t *tables, const uint16_t *bins,
                           size_t rows, size_t fields, size_t n) {
    for (size_t row = 0; row < rows; row++, dx += n, bins += fields)
        EACH(n, {
            vf d = LOAD(dx + i);
            STORE(dbias + i, LOAD(dbias + i) + d);
            for (size_t f = 0; f < fields; f++) {
                float *into = gradients + tables[f] + bins[f] * n + i;
                STORE(into, LOAD(into) + d);
            }
        });
}

static void dot_rows(const float *x, const float *w, float bias, float *y, size_t rows, size_t n) {
    for (size_t row = 0; row < rows; row++, x += n) {
        vf total = {0};
        EACH(n, { total = fma_(LOAD(x + i), LOAD(w + i), total); });
        y[row] = sum(total) + bias;
    }
}

static void dot_rows_backward(const float *d, const float *x, const float *w, float *dx, float *dw, size_t rows,
                              size_t n) {
    for (size_t row = 0; row < rows; row++, x += n, dx += n) {
        const vf g = splat(d[row]);
        EACH(n, {
            STORE(dx + i, fma_(g, LOAD(w + i), LOAD(dx + i)));
            STORE(dw + i, fma_(g, LOAD(x + i), LOAD(dw + i)));
        });
    }
}
