// Values of maps and pictures at fractional positions. Single-threaded, like all kernels.
#pragma once
#include "MachineKernels.h"
#include <stddef.h>
#include <stdint.h>

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

/// Two neighbouring positions of a line, of which an output is a mixture, and the second one's weight in 2048ths.
typedef struct {
    int32_t low;
    int32_t high;
    int32_t share;
} KernelScalingPlace;

/// Rows of a picture of 8 bits and three channels, resized bilinearly across: for each place and channel
/// ((low << 11) + (high - low) * share) >> 4, in 128ths.
/// - upper, lower: two rows of `rowBytes` bytes; places are offsets of pixels in them, in ascending order.
/// - isReversed: 1 for the channels from the last to the first.
/// - upperOutput, lowerOutput: [count, 3], and one number behind that is overwritten.
/// - set: KernelPortable, KernelAVX2 or KernelAVX512, which the machine must support.
void kernel_scale_rows(KernelInstructionSet set, const uint8_t *_Nonnull upper, const uint8_t *_Nonnull lower, size_t rowBytes,
                       const KernelScalingPlace *_Nonnull places, size_t count, int isReversed, uint16_t *_Nonnull upperOutput,
                       uint16_t *_Nonnull lowerOutput);
