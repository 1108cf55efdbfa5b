// The kernels for AVX512.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define ISA CK_AVX512
#define LANES 16
#define HAS_FMA 1
#define TABLE ck_avx512
#include "vector.h"

#include "elementwise.h"

#include "prefix.h"

#include "attention.h"

#include "linear.h"

#include "ring.h"

#include "table.h"
#pragma clang attribute pop
#endif
