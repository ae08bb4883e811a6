// Attention of a few queries to many keys, as decoding needs it. Single-threaded, as all kernels are.
#pragma once
#include "CKernels.h"

/// Queries of one key-value head, and the keys and values they read.
typedef struct {
    /// Query heads that share the keys: queries [group, headSize], output [group, valueSize].
    size_t group;
    size_t headSize;
    size_t valueSize;
    /// Keys [count, headSize] and values [count, valueSize], rows so many numbers apart. No alignment is needed.
    size_t count;
    size_t keyStride;
    size_t valueStride;
    /// Of keys and values: KernelF32 or KernelF16.
    KernelDataType type;
    /// Multiplies each score.
    float scale;
} KernelAttention;

/// For each query g, with score k = scale * (query g . key k):
/// top[g] = the largest score, total[g] = sum over k of e^(score - top), output[g] = sum over k of e^(score - top) * value k.
/// Parts of a context computed so are put together exactly (arXiv 2205.14135). Each key and value is read from memory once
/// for the whole group; a sum's order depends on nothing but the sizes.
/// - scores: scratch of group * count.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_attend(KernelInstructionSet set, const KernelAttention *_Nonnull sizes, const float *_Nonnull queries,
                   const void *_Nonnull keys, const void *_Nonnull values, float *_Nonnull scores,
                   float *_Nonnull output, float *_Nonnull top, float *_Nonnull total);

/// target[count] = source[count] in half precision, to the nearest, ties to even; what is larger than its largest number
/// becomes that.
void kernel_narrow(KernelInstructionSet set, const float *_Nonnull source, uint16_t *_Nonnull target, size_t count);
