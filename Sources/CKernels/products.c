// Products of quantised matrices, compiled for each instruction set; see QuantizedKernels.h.
#include "tiles.h"
#include <stdlib.h>

#define INLINE static inline __attribute__((always_inline))

// Two tiles beside each other: where their blocks begin, and how many of the two there are.
typedef struct Panel {
    const unsigned char *tiles[2];
    int count;
    size_t blocks;
    KernelDataType type;
} Panel;

size_t kernel_group_count(size_t rows) { return (rows + KernelGroupRows - 1) / KernelGroupRows; }

size_t kernel_group_start(size_t rows, size_t group) {
    size_t groups = kernel_group_count(rows), least = rows / groups, longer = rows % groups;
    return group * least + (group < longer ? group : longer);
}

#define NAME(name) name##_portable
#include "pack.inc"
#include "products_portable.inc"
#include "products.inc"
#undef NAME

int kernel_has_products(KernelInstructionSet set) { return set == KernelPortable; }

KernelInstructionSet kernel_fastest_products(void) { return KernelPortable; }

void kernel_pack_activations(const float *input, size_t rows, size_t columns, size_t first, size_t end, void *packed) {
    pack_portable(input, rows, columns, first, end, packed);
}

size_t kernel_multiply_scratch_bytes(KernelInstructionSet set, size_t columns, size_t rows) {
    (void)set;
    size_t places = kernel_group_count(rows) == 1 ? 1 : tile_blocks(columns);
    return places * 2 * (UnpackedBytes_portable + KernelTileOutputs * sizeof(float));
}

void kernel_multiply_tiles(KernelInstructionSet set, const void *tiles, KernelDataType type, size_t columns, size_t first,
                           size_t end, const void *packed, size_t rows, void *scratch, float *output, size_t outputStride) {
    (void)set;
    multiply_portable(tiles, type, columns, first, end, packed, rows, scratch, output, outputStride);
}
