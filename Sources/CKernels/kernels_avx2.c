// The kernels for AVX2.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ISA CK_AVX2
#define LANES 8
#define HAS_FMA 1
#define TABLE ck_avx2
#include "vector.h"

#include "elementwise.h"

#include "prefix.h"

#include "attention.h"

#include "linear.h"

#include "ring.h"

#include "table.h"
#pragma clang attribute pop
#endif
