// Groups of rows and panels of weights, the units of work in matrix products. See products.md for drawings.
#pragma once
#include "../common.h"
#include "packed_form.h"

// Maximum rows of a group, which are packed and multiplied together.
enum { GroupRows = 12, AMXGroupRows = 32 };

// Bytes of unpacked panels that are kept for all groups of rows: the part of a core's L2 cache that the rows do not fill.
enum { KeptBytes = 512 << 10 };

// Prefetch distance in tiles: a few microseconds of work, beyond page boundaries, at which the hardware prefetcher stops.
enum { PrefetchTiles = 4 };

// Maximum tiles of a panel.
enum { MostTiles = 4 };

// Adjacent tiles of 16 outputs each, over all columns.
typedef struct Panel {
    const unsigned char *tiles[MostTiles];
    size_t blocks;
    KernelDataType type;
    // Number of outputs without padding.
    size_t outputs;
    unsigned char *unpacked;
} Panel;

// Position of a few rows among those that are multiplied with a block while it is in L1. Each turn issues its share of the
// block's prefetches; a count of 0 means that no tiles are left to prefetch.
typedef struct Turn {
    int number, count;
} Turn;

static size_t group_count(size_t most, size_t rows) { return (rows + most - 1) / most; }

// First row of a group. Group sizes differ by at most one row.
static size_t group_start(size_t most, size_t rows, size_t group) {
    size_t groups = group_count(most, rows), least = rows / groups, longer = rows % groups;
    return group * least + (group < longer ? group : longer);
}

// Number of panels that are multiplied with one group of rows before the next group, given the bytes of an unpacked panel.
static size_t panels_together(size_t panelBytes, size_t groups) {
    return groups == 1 || panelBytes == 0 || panelBytes > KeptBytes ? 1 : KeptBytes / panelBytes;
}

// Prefetches one of 16 cache lines of some tiles, PrefetchTiles ahead. Callers spread the lines over their work, because a burst
// would fill the queue of outstanding loads and stall.
INLINE void prefetch_tiles(const unsigned char *const *tiles, int count, KernelDataType type, int line) {
    size_t lines = tile_bytes(type) / 64, ahead = PrefetchTiles * tile_bytes(type);
    UNROLL
    for (int t = 0; t < count; t++) {
        if ((size_t)line < lines) __builtin_prefetch(tiles[t] + ahead + line * 64);
        if (line == 0 && lines > TileSteps) __builtin_prefetch(tiles[t] + ahead + (lines - 1) * 64);
    }
}
