// Access to rows of keys and values in 8 bits. AttentionKernels.h describes their bytes.
#pragma once
#include "AttentionKernels.h"
#include "../quantize/rounding.h"

enum { RowGroup = KernelRowGroup };

static inline size_t row_groups(size_t count) { return (count + RowGroup - 1) / RowGroup; }

static inline float scale_at(const char *scales, size_t group) {
    uint16_t bits;
    memcpy(&bits, scales + group * sizeof bits, sizeof bits);
    return bfloat16_to_float(bits);
}

// Magnitudes up to this one count as zero: their scale's inverse could overflow.
#define SMALLEST 0x1p-100f

// Largest magnitude of `count` numbers; infinity or NaN if there is one.
static inline __attribute__((always_inline)) float largest_magnitude(const float *source, size_t count) {
    // Compares magnitudes by their bits, where infinity and then NaN are above all numbers.
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
