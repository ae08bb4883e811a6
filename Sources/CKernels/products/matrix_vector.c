// Weights stored number by number: widened, and multiplied with few rows. Compiled for each instruction set.
#include "CKernels.h"
#include <string.h>

// Vectors are passed only between functions that are always inlined, so their calling convention does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
// Loops over registers, which have no numbers of their own.
#define UNROLL _Pragma("clang loop unroll(full)")

// How far ahead of its use a weight is asked of memory, what memory sends at a time, and up to how many rows are few.
enum { BytesAhead = 1024, LineBytes = 64, FewestRows = 2 };

typedef float Four __attribute__((vector_size(16)));

static size_t element_size(KernelDataType type) { return type == KernelF32 ? 4 : 2; }

// Calls a function whose second argument is the type with that as a constant.
#define FOR_TYPE(type, function, source, ...)                                                                          \
    switch (type) {                                                                                                    \
    case KernelF32: function(source, KernelF32, __VA_ARGS__); break;                                                   \
    case KernelF16: function(source, KernelF16, __VA_ARGS__); break;                                                   \
    case KernelBF16: function(source, KernelBF16, __VA_ARGS__); break;                                                 \
    case KernelQ8: case KernelQ4: break;                                                                               \
    }

#define NAME(name) name##_portable
#define LANES 8
#define FEW_OUTPUTS 2
#define OUTPUTS 2
#define ROWS 2
#include "matrix_vector.inc"
#undef NAME

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
#undef NAME
#undef HALVES_TO_FLOATS
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
#define NAME(name) name##_avx512
#define HALVES_TO_FLOATS(halves) _mm512_cvtph_ps((__m256i)halves)
#define LANES 16
#define FEW_OUTPUTS 4
#define OUTPUTS 4
#define ROWS 4
#include "matrix_vector.inc"
#undef NAME
#undef HALVES_TO_FLOATS
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
#undef NAME
#undef HALVES_TO_FLOATS
#endif

// Sets that differ in products of bytes alone are the same here.
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
