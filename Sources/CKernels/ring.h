// Attention of single tokens over rings of cached keys and values (cached.h).
//
// A token writes its slot and attends to the `filled` newest, itself included. What it attends to is what the ring
// holds, its own key and value rounded like all others. Sums run over slots in slot order, so the result depends on
// the cache and the slot alone.

// One layer of one cache.
typedef struct {
    char *keys;
    char *values;
    float *high;
    float *low;
    uint16_t *key_scales;
    uint16_t *value_scales;
} ring_layer;

INLINE size_t ring_layer_bytes(size_t window, size_t width, ck_precision precision) {
    const size_t slots = ck_padded(window), bytes = (slots + window) * width * element_bytes(precision);
    const size_t scales = precision == CK_INT8 ? 2 * slots * sizeof(uint16_t) : 0;
    return (((bytes + 63) & ~(size_t)63) + 2 * slots * sizeof(float) + scales + 63) & ~(size_t)63;
}

INLINE ring_layer ring_layer_at(char *start, size_t window, size_t width, const ck_precision precision) {
    const size_t slots = ck_padded(window), size = element_bytes(precision);
    ring_layer layer;
    layer.keys = start;
    layer.values = start + slots * width * size;
    layer.high = (float *)(start + (((slots + window) * width * size + 63) & ~(size_t)63));
    layer.low = layer.high + slots;
    layer.key_scales = (uint16_t *)(layer.low + slots);
    layer.value_scales = layer.key_scales + slots;
    return layer;
}

// Lines of the next cache, fetched a few at a time between the steps of the one at hand.
typedef struct {
    const char *next;
    const char *end;
} ring_fetch;

INLINE void fetch_some(ring_fetch *fetch, size_t lines) {
    const char *stop = fetch->next + 64 * lines;
    if (stop > fetch->end) stop = fetch->end;
    for (const char *p = fetch->next; p < stop; p += 64) __builtin_prefetch(p, 0, 2);
    fetch->next = stop;
}

// Which of the LANES slots from b the token sees, and how many days ago they were.
INLINE vf ring_bias(const ck_ring *ring, const ck_ring_row *row, const ring_layer *layer, size_t b, vi *seen) {
    vf days = (splat(row->days_high) - load(layer->high + b)) + (splat(row->days_low) - load(layer->low + b));
    const vi slot = lane_index() + (int32_t)b;
    vi age = row->slot - slot;
    age += (age < 0) & (int32_t)ring->window;
    *seen = (age < row->filled) & (slot < (int32_t)ring->window);
    return vmin(vmax(days, (vf){0}), splat(ring->horizon));
}

enum { RING_BLOCKS = 4 };

// Scores of `blocks` vectors of slots, one pass over the head's width.
INLINE void ring_dot(const float *q, const void *keys, size_t first, size_t slots, size_t c, vf *s, const int blocks,
                     const ck_precision precision) {
    for (int b = 0; b < blocks; b++) s[b] = (vf){0};
    for (size_t j = 0; j < c; j++) {
        const vf x = splat(q[j]);
        for (int b = 0; b < blocks; b++)
            s[b] = fma_(x, load_cached(keys, first + j * slots + (size_t)b * LANES, precision), s[b]);
    }
}

// How many slots, from the first, hold all that the token sees: of a ring that has not come round yet only those filled.
// What lies beyond would be weighted with zero.
INLINE size_t ring_used(const ck_ring *ring, const ck_ring_row *row) {
    return row->slot + 1 == row->filled ? (size_t)row->filled : ring->window;
}

INLINE void ring_head(const ck_ring *ring, const ck_ring_row *row, const ring_layer *layer, size_t head,
                      const float *q, float *out, const vf *days, const vi *seen, ring_fetch *fetch,
                      const ck_precision precision) {
    const size_t slots = ck_padded(ring->window), d = ring->width, c = ring->head_width, used = ring_used(ring, row);
    const size_t first = head * c, blocks = (used + LANES - 1) / LANES;
    // Whole groups of four, as in a full ring, so that sums are the same.
    const size_t window = ((used + 3) & ~(size_t)3) < ring->window ? (used + 3) & ~(size_t)3 : ring->window;
    float p[CK_LONGEST_WINDOW] __attribute__((aligned(64)));
    const vf minus_rate = splat(-ring->rates[head]), scale = splat(ring->scale);
    const vf minus_infinity = splat(-__builtin_inff());
    vf largest = minus_infinity;
    for (size_t b = 0; b < blocks; b += RING_BLOCKS) {
        const size_t count = blocks - b < RING_BLOCKS ? blocks - b : RING_BLOCKS;
        vf s[RING_BLOCKS];
        switch (count) {
        case 1: ring_dot(q, layer->keys, first * slots + b * LANES, slots, c, s, 1, precision); break;
        case 2: ring_dot(q, layer->keys, first * slots + b * LANES, slots, c, s, 2, precision); break;
        case 3: ring_dot(q, layer->keys, first * slots + b * LANES, slots, c, s, 3, precision); break;
        default: ring_dot(q, layer->keys, first * slots + b * LANES, slots, c, s, RING_BLOCKS, precision);
        }
        for (size_t i = 0; i < count; i++) {
            vf x = s[i];
            if (precision == CK_INT8) x *= load_scales(layer->key_scales, (b + i) * LANES);
            x = choose(seen[b + i], fma_(x, scale, days[b + i] * minus_rate), minus_infinity);
            store(p + (b + i) * LANES, x);
            largest = vmax(largest, x);
        }
    }
    fetch_some(fetch, 24);
    float prefix[CK_MOST_PREFIXES];
    const float *prefix_keys = ring->prefixes ? ring->prefix_keys + first : 0;
    const float *prefix_values = ring->prefixes ? ring->prefix_values + first : 0;
    const float highest = prefix_scores(q, prefix_keys, d, ring->prefixes, c, ring->scale, prefix, maximum(largest));
    const vf top = splat(highest);
    vf total = {0};
    for (size_t b = 0; b < blocks; b++) {
        // Beyond -87 the exponential is clamped: unseen slots are left out by their mask, not by their score.
        vf e = choose(seen[b], vexp(load(p + b * LANES) - top), (vf){0});
        total += e;
        if (precision == CK_INT8) e *= load_scales(layer->value_scales, b * LANES);
        store(p + b * LANES, e);
    }
    const vf inverse = splat(1.0f / (sum(total) + prefix_exponentials(prefix, ring->prefixes, highest)));
    fetch_some(fetch, 24);
    for (size_t j = 0; j < c; j += LANES) {
        // Lanes beyond the head read its neighbour's values and are dropped.
        size_t v = first + j;
        vf a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
        size_t t = 0;
        for (; t + 4 <= window; t += 4, v += 4 * d) {
            a0 = fma_(splat(p[t]), load_cached(layer->values, v, precision), a0);
            a1 = fma_(splat(p[t + 1]), load_cached(layer->values, v + d, precision), a1);
            a2 = fma_(splat(p[t + 2]), load_cached(layer->values, v + 2 * d, precision), a2);
            a3 = fma_(splat(p[t + 3]), load_cached(layer->values, v + 3 * d, precision), a3);
        }
        for (; t < window; t++, v += d) a0 = fma_(splat(p[t]), load_cached(layer->values, v, precision), a0);
        vf a = ((a0 + a1) + (a2 + a3)) * inverse;
        store_columns(out + j, a, c - j);
        fetch_some(fetch, 24);
    }
    prefix_output(prefix, prefix_values, d, ring->prefixes, c, inverse[0], out);
}

// Copies a slot out of the ring or back into it.
INLINE void ring_slot(const ring_layer *layer, char *saved, size_t slot, size_t slots, size_t d, int back,
                      const ck_precision precision) {
    const size_t size = element_bytes(precision), row = d * size;
    char *key = layer->keys + slot * size, *value = layer->values + slot * row;
    char *rest = saved + 2 * row;
    struct {
        float high, low;
        uint16_t key, value;
    } numbers;
    if (back) {
        copy_elements(key, slots, saved, 1, d, size);
        __builtin_memcpy(value, saved + row, row);
        __builtin_memcpy(&numbers, rest, sizeof numbers);
        layer->high[slot] = numbers.high;
        layer->low[slot] = numbers.low;
        if (precision == CK_INT8) layer->key_scales[slot] = numbers.key;
        if (precision == CK_INT8) layer->value_scales[slot] = numbers.value;
    } else {
        copy_elements(saved, 1, key, slots, d, size);
        __builtin_memcpy(saved + row, value, row);
        numbers.high = layer->high[slot];
        numbers.low = layer->low[slot];
        numbers.key = precision == CK_INT8 ? layer->key_scales[slot] : 0;
        numbers.value = precision == CK_INT8 ? layer->value_scales[slot] : 0;
        __builtin_memcpy(rest, &numbers, sizeof numbers);
    }
}

INLINE void ring_rows(const ck_ring *ring, const ck_ring_row *rows, size_t count, const float *projected, float *out,
                      char *saved, const ck_precision precision) {
    const size_t d = ring->width, window = ring->window, slots = ck_padded(window), size = element_bytes(precision);
    const size_t bytes = ring_layer_bytes(window, d, precision);
    vf days[CK_LONGEST_WINDOW / LANES];
    vi seen[CK_LONGEST_WINDOW / LANES];
    for (size_t r = 0; r < count; r++, projected += 3 * d, out = out ? out + d : out) {
        const ck_ring_row *row = rows + r;
        const ring_layer layer = ring_layer_at(row->cache + ring->offset, window, d, precision);
        const size_t slot = (size_t)row->slot;
        ring_fetch fetch = {0, 0};
        if (r + 1 < count && row[1].cache != row->cache) {
            fetch.next = row[1].cache + ring->offset;
            fetch.end = fetch.next + bytes;
        }
        if (saved) ring_slot(&layer, saved, slot, slots, d, 0, precision);
        store_cached(layer.keys + slot * size, slots, projected + d, d, layer.key_scales + slot, precision);
        store_cached(layer.values + slot * d * size, 1, projected + 2 * d, d, layer.value_scales + slot, precision);
        layer.high[slot] = row->days_high;
        layer.low[slot] = row->days_low;
        if (out) {
            for (size_t b = 0; b * LANES < ring_used(ring, row); b++)
                days[b] = ring_bias(ring, row, &layer, b * LANES, seen + b);
            for (size_t h = 0; h < ring->heads; h++)
                ring_head(ring, row, &layer, h, projected + h * ring->head_width, out + h * ring->head_width, days,
                          seen, &fetch, precision);
        }
        fetch_some(&fetch, (size_t)1 << 20);
        if (saved) ring_slot(&layer, saved, slot, slots, d, 1, precision);
    }
}

static void ring_attention(const ck_ring *ring, const ck_ring_row *rows, size_t count, const float *projected,
                           float *out, void *saved) {
    switch (ring->precision) {
    case CK_FLOAT32: ring_rows(ring, rows, count, projected, out, saved, CK_FLOAT32); break;
    case CK_BFLOAT16: ring_rows(ring, rows, count, projected, out, saved, CK_BFLOAT16); break;
    case CK_INT8: ring_rows(ring, rows, count, projected, out, saved, CK_INT8); break;
    }
}
