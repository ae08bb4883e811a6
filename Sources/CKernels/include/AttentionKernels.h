// Attention of a few queries to many keys, as decoding needs it. Single-threaded, as all kernels are.
#pragma once
#include "CKernels.h"

/// Numbers of a row in 8 bits that share a scale. Some columns of a model's keys are far larger than the rest: only
/// their neighbours lose by that.
enum { KernelRowGroup = 32 };

/// Bytes behind rows in 8 bits that may be read, and count for nothing.
enum { KernelRowSlack = 32 };

/// Bytes of one row of keys or values: KernelF32, KernelF16, or KernelQ8. In 8 bits it is count numbers of -127 to 127,
/// then a scale in bfloat16 for each KernelRowGroup of them (the last group may be shorter). Rows in 8 bits need no
/// alignment.
size_t kernel_row_bytes(KernelDataType type, size_t count);

/// target = source[count] as such a row. In half precision and in 8 bits, what is larger than half precision's largest
/// number becomes that; in half precision each number becomes the nearest there is, ties to even. In 8 bits a group's
/// scale is a 127th of its largest number, rounded up; a group with a number that is none has no numbers.
void kernel_narrow_row(KernelInstructionSet set, const float *_Nonnull source, KernelDataType type,
                       void *_Nonnull target, size_t count);

/// target[count] = such a row in single precision.
void kernel_widen_row(KernelInstructionSet set, const void *_Nonnull source, KernelDataType type,
                      float *_Nonnull target, size_t count);

/// Queries of one key-value head, and the keys and values they read.
typedef struct {
    /// Query heads that share the keys: queries [group, headSize], output [group, valueSize].
    size_t group;
    size_t headSize;
    size_t valueSize;
    /// Keys [count, headSize] and values [count, valueSize], rows so many bytes apart.
    size_t count;
    size_t keyStride;
    size_t valueStride;
    /// Of keys and values, as kernel_narrow_row writes them. Queries of rows in 8 bits are rounded to 16.
    KernelDataType type;
    /// Multiplies each score.
    float scale;
} KernelAttention;

/// For each query g, with score k = scale * (query g . key k):
/// top[g] = the largest score, total[g] = sum over k of e^(score - top), output[g] = sum over k of e^(score - top) * value k.
/// Parts of a context computed so are put together exactly (arXiv 2205.14135). Each key and value is read from memory once
/// for the whole group; a sum's order depends on nothing but the sizes.
/// - scratch: of kernel_attention_scratch(sizes) numbers.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_attend(KernelInstructionSet set, const KernelAttention *_Nonnull sizes, const float *_Nonnull queries,
                   const void *_Nonnull keys, const void *_Nonnull values, float *_Nonnull scratch,
                   float *_Nonnull output, float *_Nonnull top, float *_Nonnull total);

/// Numbers of scratch memory that kernel_attend needs.
size_t kernel_attention_scratch(const KernelAttention *_Nonnull sizes);
