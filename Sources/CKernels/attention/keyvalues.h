// What the attention kernels know of rows of 8 bits; AttentionKernels.h says how they lie.
#pragma once
#include "AttentionKernels.h"
#include "../quantize/rounding.h"

enum { RowGroup = KernelRowGroup };

static inline size_t row_groups(size_t count) { return (count + RowGroup - 1) / RowGroup; }

// The upper half of a single-precision number is one in bfloat16.
static inline float scale_at(const char *scales, size_t group) {
    uint16_t half;
    memcpy(&half, scales + group * sizeof half, sizeof half);
    uint32_t bits = (uint32_t)half << 16;
    float result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

// What is smaller counts as zero, so that what numbers are divided by has an inverse.
#define SMALLEST 0x1p-100f

// The largest of some numbers without their signs; infinity or none when there is one such.
static inline __attribute__((always_inline)) float largest_magnitude(const float *source, size_t count) {
    // Without its sign, a number's bits order as the number does, with infinity and then none above all.
    uint32_t top = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, source + i, sizeof bits);
        bits &= 0x7fffffff;
        top = bits > top ? bits : top;
    }
    float largest;
    memcpy(&largest, &top, sizeof largest);
    return largest;
}
