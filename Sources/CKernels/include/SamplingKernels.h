// Deformable sampling: values of a map at places between its cells. Single-threaded, as all kernels are.
#pragma once
#include "MachineKernels.h"
#include <stddef.h>

/// Sizes of deformable attention over one map (arXiv 2010.04159): values are [height, width, heads * headSize].
typedef struct {
    size_t height;
    size_t width;
    size_t heads;
    size_t headSize;
    /// Places that each head of a query reads.
    size_t points;
} KernelSampling;

/// output[queries, heads * headSize] = for each query and head, the sum over its points of weight * value at the place.
/// Places are [queries, heads, points, 2], x and y as shares of the map, whose edges are 0 and 1; weights are
/// [queries, heads, points]. A value between cells is bilinear of the four cells around it, where those outside of the map are
/// zeros. A place that is not a number adds nothing.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must have.
void kernel_sample(KernelInstructionSet set, const KernelSampling *_Nonnull sizes, const float *_Nonnull values,
                   const float *_Nonnull places, const float *_Nonnull weights, float *_Nonnull output, size_t queries);
