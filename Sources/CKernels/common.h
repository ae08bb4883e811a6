// Macros that every family of kernels uses.
#pragma once

// Vectors are only passed to functions that are inlined, where the calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

// Unrolls the next loop fully: it counts registers, which cannot be indexed at run time.
#define UNROLL _Pragma("clang loop unroll(full)")
