// Attention of a few queries to many keys, for decoding, and of many queries, for encoders and prefill; and conversion of the
// rows of keys and values that they read. Single-threaded, like all kernels.
#pragma once
#include "KernelDataType.h"
#include "MachineKernels.h"
#include <stddef.h>

/// Numbers of a row in 8 bits that share a scale. Some columns of a model's keys are far larger than the rest; a group confines
/// the resulting loss of precision to their neighbours.
enum { KernelRowGroup = 32 };

/// Bytes after the last row in 8 bits that kernels may read, without effect on results.
enum { KernelRowSlack = 32 };

/// Bytes of one row of keys or values in KernelF32, KernelF16 or KernelQ8. A row in 8 bits consists of `count` numbers from -127
/// to 127, then a bfloat16 scale for each KernelRowGroup of them (the last group may be shorter), and needs no alignment.
size_t kernel_row_bytes(KernelDataType type, size_t count);

/// Converts source[count] to such a row. Half precision and 8 bits clamp to half precision's largest number. Half precision
/// rounds to nearest, ties to even. In 8 bits, a group's scale is its largest magnitude divided by 127, rounded up; a NaN makes
/// the whole group NaNs.
void kernel_narrow_row(KernelInstructionSet set, const float *_Nonnull source, KernelDataType type,
                       void *_Nonnull target, size_t count);

/// Converts such a row to single precision, target[count].
void kernel_widen_row(KernelInstructionSet set, const void *_Nonnull source, KernelDataType type,
                      float *_Nonnull target, size_t count);

/// Queries of one key-value head, and the keys and values to which they attend.
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
/// top[g] = the maximum score, total[g] = sum over k of e^(score - top), output[g] = sum over k of e^(score - top) * value k.
/// Parts of a context computed in this way combine exactly (arXiv 2205.14135). Each key and value is read from memory once for
/// the whole group. The order of sums depends on the sizes alone.
/// - scratch: kernel_attention_scratch(sizes) floats.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must support.
void kernel_attend(KernelInstructionSet set, const KernelAttention *_Nonnull sizes, const float *_Nonnull queries,
                   const void *_Nonnull keys, const void *_Nonnull values, float *_Nonnull scratch,
                   float *_Nonnull output, float *_Nonnull top, float *_Nonnull total);

/// Floats of scratch memory for kernel_attend.
size_t kernel_attention_scratch(const KernelAttention *_Nonnull sizes);

/// Many queries of one key-value head. Query i is head i % group of row i / group.
typedef struct {
    size_t rows;
    /// Query heads that share the keys; a row has them adjacent, and their results too.
    size_t group;
    size_t headSize;
    size_t valueSize;
    /// Elements from one row of queries, or of results, to the next.
    size_t queryStride;
    size_t outputStride;
    /// Factor of each score.
    float scale;
} KernelRowAttention;

/// Keys [count, headSize] and values [count, valueSize]; strides are the bytes from one row to the next.
typedef struct {
    const void *_Nonnull keys;
    const void *_Nonnull values;
    size_t count;
    size_t keyStride;
    size_t valueStride;
    /// Type of keys and values, as kernel_narrow_row writes them. Types below 32 bits are widened a block at a time.
    KernelDataType type;
    /// 1 if row r sees only keys up to `before + r`, which may be negative; 0 if it sees all.
    int isCausal;
    ptrdiff_t before;
    /// Mask of visible keys, nonzero for visible, [count]; NULL if all are.
    const unsigned char *_Nullable marks;
} KernelRowContext;

/// output[r, g * valueSize...] = softmax over the keys of all contexts of (scale * query . key), times their values. Every query
/// must see a key. A query's result is bit for bit independent of the other queries.
/// - scratch: kernel_row_attention_scratch(sizes) floats.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must support.
void kernel_attend_rows(KernelInstructionSet set, const KernelRowAttention *_Nonnull sizes, const float *_Nonnull queries,
                        const KernelRowContext *_Nonnull contexts, size_t contextCount, float *_Nonnull scratch,
                        float *_Nonnull output);

/// Floats of scratch memory for kernel_attend_rows.
size_t kernel_row_attention_scratch(const KernelRowAttention *_Nonnull sizes);
