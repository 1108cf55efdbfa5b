// Prefix tuning: learned keys and values of one head that every token attends to beside its window, without time bias.
// A handful of them: plain loops.

// scores[t] = scale * q . keys[t]; returns the largest of them and `largest`.
INLINE float prefix_scores(const float *q, const float *keys, size_t stride, size_t count, size_t c, float scale,
                           float *scores, float largest) {
    for (size_t t = 0; t < count; t++) {
        float s = 0;
        for (size_t j = 0; j < c; j++) s = fma1(q[j], keys[t * stride + j], s);
        scores[t] = s * scale;
        if (scores[t] > largest) largest = scores[t];
    }
    return largest;
}

// scores become exp(score - top); returns their sum.
INLINE float prefix_exponentials(float *scores, size_t count, float top) {
    float total = 0;
    for (size_t t = 0; t < count; t++) {
        scores[t] = vexp(splat(scores[t] - top))[0];
        total += scores[t];
    }
    return total;
}

// out += factor * weights . values.
INLINE void prefix_output(const float *weights, const float *values, size_t stride, size_t count, size_t c,
                          float factor, float *out) {
    for (size_t t = 0; t < count; t++)
        for (size_t j = 0; j < c; j++) out[j] = fma1(weights[t] * factor, values[t * stride + j], out[j]);
}

// Of token i with the derivative `dout` of its output: sum over the prefixes of P dP, with dP into `dp`.
INLINE float prefix_weighted(const ck_head *head, const float *p, const float *dout, float *dp) {
    float weighted = 0;
    for (size_t t = 0; t < head->prefixes; t++) {
        const float *value = head->prefix_values + t * head->prefix_stride;
        dp[t] = 0;
        for (size_t j = 0; j < head->head_width; j++) dp[t] = fma1(dout[j], value[j], dp[t]);
        weighted = fma1(p[t], dp[t], weighted);
    }
    return weighted;
}

// dq += and the prefixes' derivatives += those through one token's scores and output.
INLINE void prefix_backward(const ck_head *head, const float *p, const float *dp, float mean, const float *q,
                            const float *dout, float *dq) {
    for (size_t t = 0; t < head->prefixes; t++) {
        const float ds = p[t] * (dp[t] - mean) * head->scale;
        const float *key = head->prefix_keys + t * head->prefix_stride;
        float *dkey = head->dprefix_keys + t * head->prefix_stride;
        float *dvalue = head->dprefix_values + t * head->prefix_stride;
        for (size_t j = 0; j < head->head_width; j++) {
            dq[j] = fma1(ds, key[j], dq[j]);
            dkey[j] = fma1(ds, q[j], dkey[j]);
            dvalue[j] = fma1(p[t], dout[j], dvalue[j]);
        }
    }
}
