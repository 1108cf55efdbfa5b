// The kernels for any machine: SSE2 on x86-64, NEON on aarch64.
#define ISA CK_BASELINE
#define LANES 4
#if defined(__aarch64__)
#define HAS_FMA 1
#else
#define HAS_FMA 0
#endif
#define TABLE ck_baseline
#include "vector.h"

#include "elementwise.h"

#include "prefix.h"

#include "attention.h"

#include "linear.h"

#include "ring.h"

#include "table.h"
