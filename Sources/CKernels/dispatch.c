// Picks the kernels of the widest instruction set the machine has.
#include "include/kernels.h"

extern const ck_kernels ck_baseline;
#if defined(__x86_64__)
extern const ck_kernels ck_avx2;
extern const ck_kernels ck_avx512;
#endif

const ck_kernels *ck_kernels_of(ck_isa isa) {
    switch (isa) {
    case CK_BASELINE:
        return &ck_baseline;
#if defined(__x86_64__)
    case CK_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2 : NULL;
    case CK_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                   ? &ck_avx512
                   : NULL;
#endif
    default:
        return NULL;
    }
}

const ck_kernels *ck_best(void) {
    for (int isa = CK_AVX512; isa > CK_BASELINE; isa--) {
        const ck_kernels *kernels = ck_kernels_of((ck_isa)isa);
        if (kernels) return kernels;
    }
    return &ck_baseline;
}
