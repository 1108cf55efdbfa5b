// Attention of single tokens over rings of cached keys and values.
//
// One layer of a user's cache: keys (d, padded W) with a column a slot, values (W, d) with a row a slot, event times
// high (padded W) and low (padded W). A token writes its slot and attends to the `filled` newest, itself included.
// Sums run over slots in slot order, so the result depends on the cache and the slot alone.

INLINE void prefetch_layer(const float *p, size_t floats) {
    for (size_t i = 0; i < floats; i += 16) __builtin_prefetch(p + i, 0, 2);
}

INLINE void ring_head(const ck_ring *ring, const ck_ring_row *row, const float *q, const float *keys,
                      const float *values, const float *high, const float *low, float rate,
                      const float *prefix_keys, const float *prefix_values, float *out) {
    const size_t slots = ck_padded(ring->window), d = ring->width, c = ring->head_width;
    float p[CK_LONGEST_WINDOW] __attribute__((aligned(64)));
    const vf minus_rate = splat(-rate), scale = splat(ring->scale);
    vf largest = splat(-__builtin_inff());
    for (size_t b = 0; b < slots; b += LANES) {
        // Two chains over the head's width would change nothing in speed: blocks of slots already overlap.
        vf s = {0};
        for (size_t j = 0; j < c; j++) s = fma_(splat(q[j]), load(keys + j * slots + b), s);
        vf days = (splat(row->days_high) - load(high + b)) + (splat(row->days_low) - load(low + b));
        days = vmin(vmax(days, (vf){0}), splat(ring->horizon));
        s = fma_(s, scale, days * minus_rate);
        vi slot = lane_index() + (int32_t)b;
        vi age = row->slot - slot;
        age += (age < 0) & (int32_t)ring->window;
        vi seen = (age < row->filled) & (slot < (int32_t)ring->window);
        s = choose(seen, s, splat(-__builtin_inff()));
        store(p + b, s);
        largest = vmax(largest, s);
    }
    float prefix[CK_MOST_PREFIXES];
    const float highest =
        prefix_scores(q, prefix_keys, d, ring->prefixes, c, ring->scale, prefix, maximum(largest));
    const vf top = splat(highest);
    vf total = {0};
    for (size_t b = 0; b < slots; b += LANES) {
        vf s = load(p + b);
        vf e = choose(s > splat(-__builtin_inff()), vexp(s - top), (vf){0});
        store(p + b, e);
        total += e;
    }
    const vf inverse = splat(1.0f / (sum(total) + prefix_exponentials(prefix, ring->prefixes, highest)));
    for (size_t j = 0; j < c; j += LANES) {
        // Lanes beyond the head read its neighbour's values and are dropped.
        const float *v = values + j;
        vf a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0};
        size_t t = 0;
        for (; t + 4 <= ring->window; t += 4, v += 4 * d) {
            a0 = fma_(splat(p[t]), load(v), a0);
            a1 = fma_(splat(p[t + 1]), load(v + d), a1);
            a2 = fma_(splat(p[t + 2]), load(v + 2 * d), a2);
            a3 = fma_(splat(p[t + 3]), load(v + 3 * d), a3);
        }
        for (; t < ring->window; t++, v += d) a0 = fma_(splat(p[t]), load(v), a0);
        vf a = ((a0 + a1) + (a2 + a3)) * inverse;
        store_columns(out + j, a, c - j);
    }
    prefix_output(prefix, prefix_values, d, ring->prefixes, c, inverse[0], out);
}

static void ring_attention(const ck_ring *ring, const ck_ring_row *rows, size_t count, const float *projected,
                           float *out, float *saved) {
    const size_t d = ring->width, window = ring->window, slots = ck_padded(window);
    const size_t layer_floats = d * slots + window * d + 2 * slots;
    for (size_t r = 0; r < count; r++, projected += 3 * d, out = out ? out + d : out) {
        const ck_ring_row *row = rows + r;
        if (r + 1 < count && row[1].cache != row->cache) prefetch_layer(row[1].cache + ring->offset, layer_floats);
        float *keys = row->cache + ring->offset, *values = keys + d * slots;
        float *high = values + window * d, *low = high + slots;
        float *slot_values = values + (size_t)row->slot * d;
        if (saved) {
            for (size_t j = 0; j < d; j++) saved[j] = keys[j * slots + row->slot];
            __builtin_memcpy(saved + d, slot_values, d * sizeof(float));
            saved[2 * d] = high[row->slot];
            saved[2 * d + 1] = low[row->slot];
        }
        for (size_t j = 0; j < d; j++) keys[j * slots + row->slot] = projected[d + j];
        __builtin_memcpy(slot_values, projected + 2 * d, d * sizeof(float));
        high[row->slot] = row->days_high;
        low[row->slot] = row->days_low;
        if (out)
            for (size_t h = 0; h < ring->heads; h++) {
                const size_t first = h * ring->head_width;
                ring_head(ring, row, projected + first, keys + first * slots, values + first, high, low,
                          ring->rates[h], ring->prefixes ? ring->prefix_keys + first : NULL,
                          ring->prefixes ? ring->prefix_values + first : NULL, out + first);
            }
        if (saved) {
            for (size_t j = 0; j < d; j++) keys[j * slots + row->slot] = saved[j];
            __builtin_memcpy(slot_values, saved + d, d * sizeof(float));
            high[row->slot] = saved[2 * d];
            low[row->slot] = saved[2 * d + 1];
        }
    }
}
