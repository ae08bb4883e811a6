// Deformable sampling, compiled once for each instruction set from sampling.inc. SamplingKernels.h is the interface.
#include "../common.h"
#include "../dispatch.h"
#include "SamplingKernels.h"
#include <math.h>
#include <string.h>

#define LANES 16
typedef float Vector __attribute__((vector_size(4 * LANES)));

#define NAME(name) name##_portable
#include "sampling.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "sampling.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#include "sampling.inc"
#pragma clang attribute pop
#endif

void kernel_sample(KernelInstructionSet set, const KernelSampling *sizes, const float *values, const float *places,
                   const float *weights, float *output, size_t queries) {
    DISPATCH(set, sample, sizes, values, places, weights, output, queries);
}
