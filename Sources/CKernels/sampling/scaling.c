// Resizing of rows of pictures across, compiled once for each instruction set from scaling.inc. SamplingKernels.h is the interface.
#include "../common.h"
#include "../dispatch.h"
#include "SamplingKernels.h"
#include <string.h>

// Four channels, the last of which is any number, of a pixel of the upper and one of the lower row.
typedef uint8_t Bytes __attribute__((vector_size(8)));
typedef int32_t Sums __attribute__((vector_size(32)));
typedef uint16_t Halves __attribute__((vector_size(16)));

#define NAME(name) name##_portable
#include "scaling.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(name) name##_avx2
#include "scaling.inc"
#pragma clang attribute pop
#define scale_rows_avx512 scale_rows_avx2
#endif

void kernel_scale_rows(KernelInstructionSet set, const uint8_t *upper, const uint8_t *lower, size_t rowBytes,
                       const KernelScalingPlace *places, size_t count, int isReversed, uint16_t *upperOutput,
                       uint16_t *lowerOutput) {
    // Places ascend. From here on a pixel's fourth byte may lie behind the row.
    size_t inner = count;
    while (inner > 0 && (size_t)places[inner - 1].high + 4 > rowBytes) inner--;
    DISPATCH(set, scale_rows, upper, lower, places, inner, count, isReversed, upperOutput, lowerOutput);
}
