// Products of a few rows with untiled weights, in single precision or 16 bits, which are widened. Compiled once for each
// instruction set from matrix_vector.inc.
#include "../common.h"
#include "ProductKernels.h"
#include <string.h>

// Prefetch distance, bytes of a cache line, and the number of rows up to which products are memory-bound.
enum { PrefetchBytes = 1024, LineBytes = 64, FewestRows = 2 };

typedef float Four __attribute__((vector_size(16)));

static size_t element_size(KernelDataType type) { return type == KernelF32 ? 4 : 2; }

// Calls a function with the type, its second argument, as a compile-time constant.
#define FOR_TYPE(type, function, source, ...)                                                                          \
    switch (type) {                                                                                                    \
    case KernelF32: function(source, KernelF32, __VA_ARGS__); break;                                                   \
    case KernelF16: function(source, KernelF16, __VA_ARGS__); break;                                                   \
    case KernelBF16: function(source, KernelBF16, __VA_ARGS__); break;                                                 \
    case KernelQ8: case KernelQ4: break;                                                                               \
    }

typedef float Eight __attribute__((vector_size(32)));
typedef uint32_t EightBits __attribute__((vector_size(32)));
typedef uint16_t EightHalves __attribute__((vector_size(16)));

// Moves exponent and fraction into place and multiplies by 2^112 to correct the exponent's bias, which also normalises
// subnormals; infinities and NaNs keep an exponent of all ones.
INLINE Eight halves_to_floats_portable(EightHalves halves) {
    EightBits bits = __builtin_convertvector(halves, EightBits), magnitude = bits & 0x7fff;
    Eight scaled = (Eight)(magnitude << 13) * 0x1p112f;
    EightBits special = (EightBits)(magnitude > 0x7bff) & 0x7f800000;
    return (Eight)((EightBits)scaled | special | ((bits & 0x8000) << 16));
}

#define NAME(name) name##_portable
#define LANES 8
#define FEW_OUTPUTS 2
#define OUTPUTS 2
#define ROWS 2
#define HALVES_TO_FLOATS(halves) halves_to_floats_portable(halves)
#include "matrix_vector.inc"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(name) name##_avx2
#define HALVES_TO_FLOATS(halves) _mm256_cvtph_ps((__m128i)halves)
#define LANES 8
#define FEW_OUTPUTS 4
#define OUTPUTS 3
#define ROWS 4
#include "matrix_vector.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define HALVES_TO_FLOATS(halves) _mm512_cvtph_ps((__m256i)halves)
#define LANES 16
#define FEW_OUTPUTS 4
#define OUTPUTS 4
#define ROWS 4
#include "matrix_vector.inc"
#pragma clang attribute pop
#elif defined(__aarch64__)
#include <arm_neon.h>

#define NAME(name) name##_neon
#define HALVES_TO_FLOATS(halves) vcvt_f32_f16((float16x4_t)halves)
#define LANES 4
#define FEW_OUTPUTS 4
#define OUTPUTS 4
#define ROWS 4
#include "matrix_vector.inc"
#endif

// Sets that differ only in byte products share the same loops.
void kernel_widen(const void *source, KernelDataType type, float *target, size_t count) {
    switch (kernel_fastest_instructions()) {
#if defined(__x86_64__)
    case KernelAVX512: case KernelAVX512VNNI: case KernelAMX: return widen_avx512(source, type, target, count);
    case KernelAVX2: case KernelAVXVNNI: return widen_avx2(source, type, target, count);
#elif defined(__aarch64__)
    case KernelNEONDotProduct: return widen_neon(source, type, target, count);
#endif
    default: return widen_portable(source, type, target, count);
    }
}

void kernel_matrix_vector(KernelInstructionSet set, const void *weights, KernelDataType type, size_t outputs, size_t columns,
                          const float *input, size_t rows, float *output, size_t outputStride) {
    switch (set) {
#if defined(__x86_64__)
    case KernelAVX512: case KernelAVX512VNNI: case KernelAMX:
        return matrix_vector_avx512(weights, type, outputs, columns, input, rows, output, outputStride);
    case KernelAVX2: case KernelAVXVNNI:
        return matrix_vector_avx2(weights, type, outputs, columns, input, rows, output, outputStride);
#elif defined(__aarch64__)
    case KernelNEONDotProduct:
        return matrix_vector_neon(weights, type, outputs, columns, input, rows, output, outputStride);
#endif
    default: return matrix_vector_portable(weights, type, outputs, columns, input, rows, output, outputStride);
    }
}
