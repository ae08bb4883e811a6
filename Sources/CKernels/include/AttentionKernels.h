// Attention of a few queries to many keys, for decoding, and of many queries, for encoders and prompts; and the rows of keys and
// values they read. Single-threaded, as all kernels are.
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

/// Many queries of one key-value head. Query i is head i % group of row i / group.
typedef struct {
    size_t rows;
    /// Query heads that share the keys; one row has them side by side, and their results too.
    size_t group;
    size_t headSize;
    size_t valueSize;
    /// Numbers from one row of queries, or of results, to the next.
    size_t queryStride;
    size_t outputStride;
    /// Factor of each score.
    float scale;
} KernelRowAttention;

/// Keys [count, headSize] and values [count, valueSize] that they read; strides are the bytes from one row to the next.
typedef struct {
    const void *_Nonnull keys;
    const void *_Nonnull values;
    size_t count;
    size_t keyStride;
    size_t valueStride;
    /// Type of keys and values, as kernel_narrow_row writes them. Those of fewer than 32 bits are widened a block at a time.
    KernelDataType type;
    /// 1 if row r sees keys up to `before + r` only, which may be negative; 0 if it sees all.
    int isCausal;
    ptrdiff_t before;
    /// Keys that are seen have another value than 0, [count]; NULL if all are.
    const unsigned char *_Nullable marks;
} KernelRowContext;

/// output[r, g * valueSize...] = softmax over the keys of all contexts of (scale * query . key), times their values.
/// Every query must see a key. A query's result has the same bits whatever other queries there are.
/// - scratch: kernel_row_attention_scratch(sizes) numbers.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_attend_rows(KernelInstructionSet set, const KernelRowAttention *_Nonnull sizes, const float *_Nonnull queries,
                        const KernelRowContext *_Nonnull contexts, size_t contextCount, float *_Nonnull scratch,
                        float *_Nonnull output);

/// Numbers of scratch memory for kernel_attend_rows.
size_t kernel_row_attention_scratch(const KernelRowAttention *_Nonnull sizes);
