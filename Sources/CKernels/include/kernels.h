#pragma once
#include <stddef.h>
#include <stdint.h>

// Vector kernels of the transformer. The same source is compiled once for each instruction set; `ck_best` picks the
// widest the machine has. All matrices are row-major float32, pointers need no alignment, sizes are in elements.
// Results may differ between instruction sets in the last bits, never between two calls on the same one.

// Instruction sets, narrowest first.
typedef enum { CK_BASELINE = 0, CK_AVX2 = 1, CK_AVX512 = 2 } ck_isa;

// What a dropout site needs to draw its mask again: element (row, column) is kept when a hash of
// (row_keys[row], site, column) is at least `threshold` (of 2^24), and then multiplied by `scale`.
typedef struct {
    const uint32_t *row_keys;  // (rows); NULL switches dropout off
    uint32_t site;
    uint32_t threshold;
    float scale;
} ck_dropout;

// One head of one sequence's banded causal attention: token i sees tokens (i - window, i].
typedef struct {
    size_t tokens;       // T
    size_t window;       // W
    size_t head_width;   // c
    size_t stride;       // between the rows of q, k, v and of their derivatives
    size_t out_stride;   // between the rows of out and of its derivative
    size_t probability_stride;  // between the rows of probabilities: ck_padded(W)
    float scale;         // 1 / sqrt(c)
    float rate;          // exp(s): the bias is -rate * min(days between, horizon)
    float horizon;       // days
    const float *days_high;  // (T) event time in days, days = high + low
    const float *days_low;   // (T)
    size_t prefixes;           // P: learned keys and values that every token sees beside its window; may be 0
    size_t prefix_stride;      // between the rows of prefix keys and values
    const float *prefix_keys;  // (P, c)
    const float *prefix_values;
    float *prefix_probabilities;  // (T, P)
    float *dprefix_keys;          // (P, c) derivatives, added to
    float *dprefix_values;
} ck_head;

// What a dense layer does with its sums before storing them.
typedef enum { CK_PLAIN = 0, CK_GELU = 1, CK_RESIDUAL = 2 } ck_epilogue;

enum { CK_LONGEST_WINDOW = 1024, CK_MOST_PREFIXES = 64 };

// One layer of all caches.
typedef struct {
    size_t window;      // W
    size_t width;       // d
    size_t heads;       // H
    size_t head_width;  // d / H
    size_t offset;      // floats from a cache's start to this layer
    float scale;        // 1 / sqrt(d / H)
    float horizon;      // days
    const float *rates; // (H) exp(s)
    size_t prefixes;    // P, at most CK_MOST_PREFIXES; may be 0
    const float *prefix_keys;    // (P, d)
    const float *prefix_values;  // (P, d)
} ck_ring;

// One token: whose cache it goes to, in which slot, how many tokens it sees there (itself included), and its time.
typedef struct {
    float *cache;
    int32_t slot;
    int32_t filled;
    float days_high;
    float days_low;
} ck_ring_row;

typedef struct {
    ck_isa isa;
    size_t lanes;

    // y = gamma * (x - mean) / sqrt(variance + epsilon) + beta. x, y: (rows, n); stats: (rows, 2) gets mean and 1/deviation, may be NULL.
    void (*layer_norm)(const float *x, const float *gamma, const float *beta, float *y, float *stats, size_t rows,
                       size_t n, float epsilon);
    // dx += derivative by x; dgamma, dbeta += theirs. dy: (rows, n).
    void (*layer_norm_backward)(const float *dy, const float *x, const float *stats, const float *gamma, float *dx,
                                float *dgamma, float *dbeta, size_t rows, size_t n);

    // h += bias, y = tanh-GELU(h). h, y: (rows, n).
    void (*bias_gelu)(float *h, const float *bias, float *y, size_t rows, size_t n);
    // d = d * gelu'(h) in place; dbias += column sums of it.
    void (*gelu_backward)(const float *h, float *d, float *dbias, size_t rows, size_t n);

    // y += bias on every row.
    void (*bias_add)(float *y, const float *bias, size_t rows, size_t n);
    // sums += column sums of y.
    void (*column_sums)(const float *y, float *sums, size_t rows, size_t n);
    // out = x + dropout(y + bias). All (rows, n); out may be x.
    void (*bias_dropout_residual)(const float *x, const float *y, const float *bias, float *out, size_t rows, size_t n,
                                  ck_dropout dropout);
    // y = dropout(x). out may be x; its own derivative.
    void (*dropout)(const float *x, float *y, size_t rows, size_t n, ck_dropout dropout);

    // x[row] += bias + sum over fields of values[tables[field] + bins[row, field] * n ...].
    void (*embed)(float *x, const float *bias, const float *values, const size_t *tables, const uint16_t *bins,
                  size_t rows, size_t fields, size_t n);
    // Adds every dx row to the table rows it was gathered from, and to dbias.
    void (*embed_backward)(const float *dx, float *dbias, float *gradients, const size_t *tables, const uint16_t *bins,
                           size_t rows, size_t fields, size_t n);

    // y[row] = x[row] . w + bias. x: (rows, n).
    void (*dot_rows)(const float *x, const float *w, float bias, float *y, size_t rows, size_t n);
    // dx[row] += d[row] * w, dw += sum of d[row] * x[row].
    void (*dot_rows_backward)(const float *d, const float *x, const float *w, float *dx, float *dw, size_t rows,
                              size_t n);

    // Floats of scratch attention and its backward need.
    size_t (*attention_scratch)(size_t tokens, size_t window, size_t head_width);
    // out: (T, c); probabilities: (T, padded W), column t is token i - W + 1 + t.
    void (*attention)(const ck_head *head, const float *q, const float *k, const float *v, float *out,
                      float *probabilities, float *scratch);
    // dq, dk, dv are overwritten; returns the derivative by log(rate).
    float (*attention_backward)(const ck_head *head, const float *q, const float *k, const float *v,
                                const float *probabilities, const float *dout, float *dq, float *dk, float *dv,
                                float *scratch);

    // y = epilogue(x W + b); W packed in panels (linear.h), bias padded to 16 with zeros. x: (rows, inputs);
    // y, residual: (rows, outputs). y may be residual.
    void (*linear)(const float *x, const float *w, const float *bias, float *y, const float *residual, size_t rows,
                   size_t inputs, size_t outputs, ck_epilogue epilogue);
    // Every row in order: writes its key, value and time to its slot, attends. projected: (count, 3d) queries, keys,
    // values; out: (count, d), NULL to write only. saved: NULL, or 2d + 2 floats with which every slot is put back
    // as it was. Reads up to 16 floats beyond a layer's values.
    void (*ring_attention)(const ck_ring *ring, const ck_ring_row *rows, size_t count, const float *projected,
                           float *out, float *saved);
} ck_kernels;

// n rounded up to the widest vector (16 floats), so that buffers fit every instruction set.
static inline size_t ck_padded(size_t n) { return (n + 15) & ~(size_t)15; }

// The kernels of one instruction set, NULL where this machine lacks it.
const ck_kernels *ck_kernels_of(ck_isa isa);
// The widest this machine has. Never NULL.
const ck_kernels *ck_best(void);
