// Deformable sampling: values of a map at fractional positions. Single-threaded, like all kernels.
#pragma once
#include "MachineKernels.h"
#include <stddef.h>

/// Sizes of deformable attention over one map (arXiv 2010.04159): values are [height, width, heads * headSize].
typedef struct {
    size_t height;
    size_t width;
    size_t heads;
    size_t headSize;
    /// Sampling points of each head of a query.
    size_t points;
} KernelSampling;

/// output[queries, heads * headSize] = for each query and head, the sum over its points of weight * value at the position.
/// Positions are [queries, heads, points, 2], relative x and y, where the map's edges are 0 and 1; weights are [queries, heads,
/// points]. Values are interpolated bilinearly, with zeros outside of the map. A NaN position adds nothing.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must support.
void kernel_sample(KernelInstructionSet set, const KernelSampling *_Nonnull sizes, const float *_Nonnull values,
                   const float *_Nonnull places, const float *_Nonnull weights, float *_Nonnull output, size_t queries);
