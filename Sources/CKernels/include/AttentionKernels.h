// Attention of a few queries to many keys, for decoding, and the rows of keys and values it reads. Single-threaded, as all
// kernels are.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include <stddef.h>

/// Numbers of a row in 8 bits that share a scale. Some columns of a model's keys are far larger than the rest; a group limits
/// the precision they cost to their neighbours.
enum { KernelRowGroup = 32 };

/// Bytes behind the last row in 8 bits that kernels may read, without effect on results.
enum { KernelRowSlack = 32 };

/// Bytes of one row of keys or values: KernelF32, KernelF16, or KernelQ8. In 8 bits it is count numbers of -127 to 127,
/// then a scale in bfloat16 for each KernelRowGroup of them (the last group may be shorter). Rows in 8 bits need no
/// alignment.
size_t kernel_row_bytes(KernelDataType type, size_t count);

/// target = source[count] as such a row. Half precision and 8 bits clamp to half precision's largest number. Half precision
/// rounds to nearest, ties to even. In 8 bits a group's scale is a 127th of its largest magnitude, rounded up; a NaN makes the
/// whole group NaNs.
void kernel_narrow_row(KernelInstructionSet set, const float *_Nonnull source, KernelDataType type,
                       void *_Nonnull target, size_t count);

/// target[count] = such a row in single precision.
void kernel_widen_row(KernelInstructionSet set, const void *_Nonnull source, KernelDataType type,
                      float *_Nonnull target, size_t count);

/// Queries of one key-value head, and the keys and values they read.
typedef struct {
    /// Query heads that share the keys. Queries are [group, headSize], output is [group, valueSize].
    size_t group;
    size_t headSize;
    size_t valueSize;
    /// Keys are [count, headSize] and values [count, valueSize]; strides are the bytes from one row to the next.
    size_t count;
    size_t keyStride;
    size_t valueStride;
    /// Type of keys and values, as kernel_narrow_row writes them. For rows in 8 bits, queries are rounded to 16 bits.
    KernelDataType type;
    /// Factor of each score.
    float scale;
} KernelAttention;

/// For each query g, with score k = scale * (query g . key k):
/// top[g] = the largest score, total[g] = sum over k of e^(score - top), output[g] = sum over k of e^(score - top) * value k.
/// Parts of a context computed like this combine exactly (arXiv 2205.14135). Each key and value is read from memory once for
/// the whole group. The order of sums depends on the sizes alone.
/// - scratch: kernel_attention_scratch(sizes) numbers.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_attend(KernelInstructionSet set, const KernelAttention *_Nonnull sizes, const float *_Nonnull queries,
                   const void *_Nonnull keys, const void *_Nonnull values, float *_Nonnull scratch,
                   float *_Nonnull output, float *_Nonnull top, float *_Nonnull total);

/// Numbers of scratch memory for kernel_attend.
size_t kernel_attention_scratch(const KernelAttention *_Nonnull sizes);
