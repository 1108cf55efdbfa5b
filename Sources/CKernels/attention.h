// Banded causal attention of one head over one sequence, forward and backward.
// Keys (and values, backwards) are packed transposed so that a query's scores are vectors over keys; the window of
// query i starts at packed column i, with W - 1 columns of zeros before the first token.

#define MAX_BLOCKS 64  // vectors a window spans at most

// (T, c) rows with a stride -> (c, columns) with `before` columns of zeros first and zeros to the end.
INLINE void pack_transposed(const float *x, size_t stride, size_t tokens, size_t c, size_t before, size_t columns,
                            float *packed) {
    for (size_t j = 0; j < c; j++) {
        float *row = packed + j * columns;
        __builtin_memset(row, 0, before * sizeof(float));
        for (size_t i = 0; i < tokens; i++) row[before + i] = x[i * stride + j];
        __builtin_memset(row + before + tokens, 0, (columns - before - tokens) * sizeof(float));
    }
}

// (T, c) rows with a stride -> (T, padded c).
INLINE void pack_rows(const float *x, size_t stride, size_t tokens, size_t c, size_t padded, float *packed) {
    for (size_t i = 0; i < tokens; i++) {
        __builtin_memcpy(packed + i * padded, x + i * stride, c * sizeof(float));
        __builtin_memset(packed + i * padded + c, 0, (padded - c) * sizeof(float));
    }
}

// Columns of a transposed packing: W - 1 zeros, T tokens, one vector to read past the end; an odd number of cache
// lines so that the rows do not share cache sets.
INLINE size_t packed_columns(size_t tokens, size_t window) {
    size_t lines = (tokens + window - 1 + 15) / 16 + 1;
    return (lines | 1) * 16;
}

static size_t attention_scratch(size_t tokens, size_t window, size_t c) {
    const size_t columns = packed_columns(tokens, window), rows = tokens * ck_padded(c);
    return (c + 2) * columns + 3 * rows + tokens * ck_padded(window);
}

// min(days between, horizon) of query i and the LANES keys from packed column `column`.
INLINE vf days_between(const ck_head *head, const float *high, const float *low, size_t i, size_t column) {
    vf days = (splat(head->days_high[i]) - load(high + column)) + (splat(head->days_low[i]) - load(low + column));
    return vmin(vmax(days, (vf){0}), splat(head->horizon));
}

INLINE void pack_days(const ck_head *head, size_t columns, float *high, float *low) {
    pack_transposed(head->days_high, 1, head->tokens, 1, head->window - 1, columns, high);
    pack_transposed(head->days_low, 1, head->tokens, 1, head->window - 1, columns, low);
}

// Lanes of block b of query i's window that hold a token: from the sequence's first to the query itself.
INLINE vi visible(const ck_head *head, size_t i, size_t b) {
    const int32_t first = (int32_t)head->window - 1 - (int32_t)i;
    vi t = lane_index() + (int32_t)(b * LANES);
    return (t >= first) & (t < (int32_t)head->window);
}

static void attention(const ck_head *head, const float *q, const float *k, const float *v, float *out,
                      float *probabilities, float *scratch) {
    const size_t tokens = head->tokens, window = head->window, c = head->head_width, padded = ck_padded(c);
    const size_t columns = packed_columns(tokens, window), blocks = (window + LANES - 1) / LANES;
    float *keys = scratch, *high = keys + c * columns, *low = high + columns, *values = low + columns;
    pack_transposed(k, head->stride, tokens, c, window - 1, columns, keys);
    pack_days(head, columns, high, low);
    pack_rows(v, head->stride, tokens, c, padded, values);
    for (size_t i = 0; i < tokens; i++) {
        const float *query = q + i * head->stride;
        float *p = probabilities + i * head->probability_stride;
        // Scores of the window, two vectors of keys at a time.
        vf largest = splat(-__builtin_inff());
        size_t b = 0;
        for (; b + 2 <= blocks; b += 2) {
            const float *column = keys + i + b * LANES;
            vf s0 = {0}, s1 = {0};
            for (size_t j = 0; j < c; j++) {
                const vf x = splat(query[j]);
                s0 = fma_(x, load(column + j * columns), s0);
                s1 = fma_(x, load(column + j * columns + LANES), s1);
            }
            store(p + b * LANES, s0);
            store(p + (b + 1) * LANES, s1);
        }
        for (; b < blocks; b++) {
            const float *column = keys + i + b * LANES;
            vf s0 = {0};
            for (size_t j = 0; j < c; j++) s0 = fma_(splat(query[j]), load(column + j * columns), s0);
            store(p + b * LANES, s0);
        }
        for (b = 0; b < blocks; b++) {
            vf days = days_between(head, high, low, i, i + b * LANES);
            vf s = fma_(load(p + b * LANES), splat(head->scale), days * splat(-head->rate));
            s = choose(visible(head, i, b), s, splat(-__builtin_inff()));
            store(p + b * LANES, s);
            largest = vmax(largest, s);
        }
        float *prefix = head->prefixes ? head->prefix_probabilities + i * head->prefixes : NULL;
        const float highest = prefix_scores(query, head->prefix_keys, head->prefix_stride, head->prefixes, c,
                                            head->scale, prefix, maximum(largest));
        const vf top = splat(highest);
        vf total = {0};
        for (b = 0; b < blocks; b++) {
            vf e = choose(visible(head, i, b), vexp(load(p + b * LANES) - top), (vf){0});
            store(p + b * LANES, e);
            total += e;
        }
        const float whole = sum(total) + prefix_exponentials(prefix, head->prefixes, highest);
        const vf inverse = splat(1.0f / whole);
        for (size_t t = 0; t < head->prefixes; t++) prefix[t] *= inverse[0];
        for (b = 0; b < blocks; b++) store(p + b * LANES, load(p + b * LANES) * inverse);
        // Weighted sum of the values, four keys in flight.
        const size_t first = i + 1 < window ? window - 1 - i : 0;
        const float *rows = values + (i + 1 + first - window) * padded;
        const size_t visible_keys = window - first;
        p += first;
        for (size_t j = 0; j < c; j += LANES) {
            vf a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
            size_t t = 0;
            for (; t + 4 <= visible_keys; t += 4) {
                a0 = fma_(splat(p[t]), load(rows + t * padded + j), a0);
                a1 = fma_(splat(p[t + 1]), load(rows + (t + 1) * padded + j), a1);
                a2 = fma_(splat(p[t + 2]), load(rows + (t + 2) * padded + j), a2);
                a3 = fma_(splat(p[t + 3]), load(rows + (t + 3) * padded + j), a3);
            }
            for (; t < visible_keys; t++) a0 = fma_(splat(p[t]), load(rows + t * padded + j), a0);
            vf a = (a0 + a1) + (a2 + a3);
            if (c - j >= LANES) store(out + i * head->out_stride + j, a);
            else store_part(out + i * head->out_stride + j, a, c - j);
        }
        prefix_output(prefix, head->prefix_values, head->prefix_stride, head->prefixes, c, 1,
                      out + i * head->out_stride);
    }
}

// sum over t of weights[t * weight_stride] * rows[t] for LANES columns from j.
INLINE vf weighted_rows(const float *weights, size_t weight_stride, const float *rows, size_t padded, size_t count,
                        size_t j) {
    vf a0 = {0}, a1 = {0};
    size_t t = 0;
    for (; t + 2 <= count; t += 2) {
        a0 = fma_(splat(weights[t * weight_stride]), load(rows + t * padded + j), a0);
        a1 = fma_(splat(weights[(t + 1) * weight_stride]), load(rows + (t + 1) * padded + j), a1);
    }
    if (t < count) a0 = fma_(splat(weights[t * weight_stride]), load(rows + t * padded + j), a0);
    return a0 + a1;
}

INLINE void store_columns(float *p, vf x, size_t left) {
    if (left >= LANES) store(p, x);
    else store_part(p, x, left);
}

static float attention_backward(const ck_head *head, const float *q, const float *k, const float *v,
                                const float *probabilities, const float *dout, float *dq, float *dk, float *dv,
                                float *scratch) {
    const size_t tokens = head->tokens, window = head->window, c = head->head_width, padded = ck_padded(c);
    const size_t columns = packed_columns(tokens, window), blocks = (window + LANES - 1) / LANES;
    const size_t band = head->probability_stride;
    float *values = scratch, *high = values + c * columns, *low = high + columns, *queries = low + columns;
    float *keys = queries + tokens * padded, *douts = keys + tokens * padded, *dscores = douts + tokens * padded;
    pack_transposed(v, head->stride, tokens, c, window - 1, columns, values);
    pack_days(head, columns, high, low);
    pack_rows(q, head->stride, tokens, c, padded, queries);
    pack_rows(k, head->stride, tokens, c, padded, keys);
    pack_rows(dout, head->out_stride, tokens, c, padded, douts);
    vf drate = {0};
    for (size_t i = 0; i < tokens; i++) {
        const float *p = probabilities + i * band;
        float *ds = dscores + i * band;
        const float *d = douts + i * padded;
        // dP[t] = dout . v[t], then the softmax's derivative dS = P (dP - sum of P dP).
        vf weighted = {0};
        for (size_t b = 0; b < blocks; b++) {
            const float *column = values + i + b * LANES;
            vf s0 = {0};
            for (size_t j = 0; j < c; j++) s0 = fma_(splat(d[j]), load(column + j * columns), s0);
            store(ds + b * LANES, s0);
            weighted = fma_(s0, load(p + b * LANES), weighted);
        }
        const float *prefix = head->prefixes ? head->prefix_probabilities + i * head->prefixes : NULL;
        float dprefix[CK_MOST_PREFIXES];
        const vf mean = splat(sum(weighted) + prefix_weighted(head, prefix, d, dprefix));
        for (size_t b = 0; b < blocks; b++) {
            vf g = load(p + b * LANES) * (load(ds + b * LANES) - mean);
            drate = fma_(g, days_between(head, high, low, i, i + b * LANES), drate);
            store(ds + b * LANES, g * splat(head->scale));
        }
        const size_t first = i + 1 < window ? window - 1 - i : 0;
        const float *rows = keys + (i + 1 + first - window) * padded;
        for (size_t j = 0; j < c; j += LANES)
            store_columns(dq + i * head->stride + j, weighted_rows(ds + first, 1, rows, padded, window - first, j), c - j);
        prefix_backward(head, prefix, dprefix, mean[0], q + i * head->stride, d, dq + i * head->stride);
    }
    // Key j is seen by queries j ... j + W - 1, in column W - 1 - (i - j) of each.
    for (size_t key = 0; key < tokens; key++) {
        const size_t count = tokens - key < window ? tokens - key : window;
        const size_t start = key * band + window - 1;
        for (size_t j = 0; j < c; j += LANES) {
            vf a = weighted_rows(dscores + start, band - 1, queries + key * padded, padded, count, j);
            vf b = weighted_rows(probabilities + start, band - 1, douts + key * padded, padded, count, j);
            store_columns(dk + key * head->stride + j, a, c - j);
            store_columns(dv + key * head->stride + j, b, c - j);
        }
    }
    // The bias is -exp(s) days: its derivative by s is the bias itself.
    return -head->rate * sum(drate);
}
