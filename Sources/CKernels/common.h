// Macros that every family of kernels uses.
#pragma once
#include <stddef.h>

// Vectors are only passed to functions that are inlined, where the calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

// Asks for the cache lines of `columns` numbers in each of some rows, to be written or added when the work in between is done: rows of
// results lie far apart, and no hardware sees them coming.
static inline void prefetch_rows(const float *place, ptrdiff_t stride, size_t rows, size_t columns) {
    enum { LineNumbers = 64 / sizeof(float) };
    for (size_t r = 0; r < rows; r++, place += stride)
        for (size_t c = 0; c < columns; c += LineNumbers) __builtin_prefetch(place + c, 0, 2);
}

// Unrolls the next loop fully: it counts registers, which cannot be indexed at run time.
#define UNROLL _Pragma("clang loop unroll(full)")
