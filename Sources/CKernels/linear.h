// Dense layer of the streaming path: y = x W + b, then an epilogue. Every output element is the bias plus one fused
// multiply-add per input, inputs in order, whatever rows and columns are computed beside it: a row's result does not
// depend on its batch, bit for bit.
//
// W is packed in panels of 64 columns: panel p holds (inputs, width of p), the width being 64 or, in the last one, the
// outputs left rounded up to 16.

#define PANEL 64
#if LANES == 16
#define BLOCK_ROWS 6
#define BLOCK_VECTORS 4
#elif LANES == 8
#define BLOCK_ROWS 6
#define BLOCK_VECTORS 2
#else
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 2
#endif

// `rows` x `vectors` of the output, both constants at every call.
INLINE void linear_block(const float *x, size_t inputs, const float *w, size_t panel_width, const float *bias,
                         float *y, const float *residual, size_t outputs, size_t column, const int rows,
                         const int vectors, const ck_epilogue epilogue) {
    vf a[BLOCK_ROWS][BLOCK_VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) a[r][v] = load(bias + column + v * LANES);
    for (size_t k = 0; k < inputs; k++) {
        vf weights[BLOCK_VECTORS];
        for (int v = 0; v < vectors; v++) weights[v] = load(w + k * panel_width + v * LANES);
        for (int r = 0; r < rows; r++) {
            const vf input = splat(x[r * inputs + k]);
            for (int v = 0; v < vectors; v++) a[r][v] = fma_(input, weights[v], a[r][v]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            const size_t at = (size_t)r * outputs + column + (size_t)v * LANES, done = column + (size_t)v * LANES;
            if (done >= outputs) continue;
            const size_t part = outputs - done < LANES ? outputs - done : LANES;
            vf value = a[r][v];
            if (epilogue == CK_GELU) value = gelu(value);
            if (epilogue == CK_RESIDUAL) value += LOAD(residual + at);
            STORE(y + at, value);
        }
}

INLINE void linear_columns(const float *x, size_t inputs, const float *w, size_t panel_width, const float *bias,
                           float *y, const float *residual, size_t rows, size_t outputs, size_t column,
                           const int vectors, const ck_epilogue epilogue) {
    size_t r = 0;
#define BLOCK(count)                                                                                              \
    linear_block(x + r * inputs, inputs, w, panel_width, bias, y + r * outputs, residual + r * outputs, outputs, \
                 column, count, vectors, epilogue)
    for (; r + BLOCK_ROWS <= rows; r += BLOCK_ROWS) BLOCK(BLOCK_ROWS);
    switch (rows - r) {
#if BLOCK_ROWS > 4
    case 5: BLOCK(5); break;
    case 4: BLOCK(4); break;
#endif
    case 3: BLOCK(3); break;
    case 2: BLOCK(2); break;
    case 1: BLOCK(1); break;
    default: break;
    }
#undef BLOCK
}

INLINE void linear_all(const float *x, const float *w, const float *bias, float *y, const float *residual, size_t rows,
                       size_t inputs, size_t outputs, const ck_epilogue epilogue) {
    const size_t padded = ck_padded(outputs);
    for (size_t first = 0; first < padded; first += PANEL) {
        const size_t width = padded - first < PANEL ? padded - first : PANEL;
        const float *panel = w + first * inputs;
        size_t column = 0;
        for (; column + BLOCK_VECTORS * LANES <= width; column += BLOCK_VECTORS * LANES)
            linear_columns(x, inputs, panel + column, width, bias, y, residual, rows, outputs, first + column,
                           BLOCK_VECTORS, epilogue);
        for (; column < width; column += LANES)
            linear_columns(x, inputs, panel + column, width, bias, y, residual, rows, outputs, first + column, 1,
                           epilogue);
    }
}

static void linear(const float *x, const float *w, const float *bias, float *y, const float *residual, size_t rows,
                   size_t inputs, size_t outputs, ck_epilogue epilogue) {
    switch (epilogue) {
    case CK_PLAIN: linear_all(x, w, bias, y, y, rows, inputs, outputs, CK_PLAIN); break;
    case CK_GELU: linear_all(x, w, bias, y, y, rows, inputs, outputs, CK_GELU); break;
    case CK_RESIDUAL: linear_all(x, w, bias, y, residual, rows, inputs, outputs, CK_RESIDUAL); break;
    }
}
