// Quantisation of single-precision rows to tiles, and back. QuantizedKernels.h is the interface. Compiled only for the baseline
// instruction set, because it runs when weights are converted, not when they are multiplied.
#include "../common.h"
#include "tiles.h"
#include <math.h>

static float largest(const float *values, int count) {
    float top = 0;
    for (int i = 0; i < count; i++) top = fmaxf(top, fabsf(values[i]));
    return top;
}

// Smaller than any weight that matters, with a finite inverse.
static const float tiny = 1e-30f;

// Quantises one output of a q8 tile, 64 columns.
static void quantize_q8(const float *values, int output, unsigned char *tile) {
    float top = largest(values, KernelTileColumns), scale = top < tiny ? 0 : top / 127, inverse = scale > 0 ? 127 / top : 0;
    memcpy(tile + 4 * output, &scale, 4);
    for (int c = 0; c < KernelTileColumns; c++)
        tile[Q8Numbers + c / 4 * 64 + output * 4 + c % 4] = (unsigned char)nearest(values[c] * inverse);
}

// One number for each output of a tile.
typedef float Outputs __attribute__((vector_size(4 * KernelTileOutputs)));
typedef int32_t Wholes __attribute__((vector_size(4 * KernelTileOutputs)));

static inline Outputs chosen(Wholes isFirst, Outputs first, Outputs second) {
    return (Outputs)(((Wholes)first & isFirst) | ((Wholes)second & ~isFirst));
}

static inline Outputs magnitude(Outputs values) { return (Outputs)((Wholes)values & 0x7fffffff); }

// Rounds to integers, ties to even, and clamps to -8 ... 7.
static inline Outputs nearest_step(Outputs values) {
    Outputs shifted = values + ROUNDING_SHIFT;
    Outputs whole = shifted - ROUNDING_SHIFT;
    return __builtin_elementwise_min(__builtin_elementwise_max(whole, (Outputs){0} - 8), (Outputs){0} + 7);
}

static Outputs largest_magnitude(const Outputs *values, int count) {
    Outputs top = {0};
    for (int i = 0; i < count; i++) top = __builtin_elementwise_max(top, magnitude(values[i]));
    return top;
}

static Outputs rounded_to_bfloat16(Outputs values) {
    return (Outputs)(KERNEL_ROUND_TO_BFLOAT16((Wholes)values) & (int32_t)0xffff0000);
}

// Codes of 16 weights for each output, and their squared errors.
typedef struct Part {
    Wholes code;
    Outputs error;
} Part;

// The best codes among those whose largest step, 8 * code * scale, just reaches the largest weight or just misses it. A code's
// sign decides which side has the extra step of -8 ... 7.
static Part q4_part(const Outputs *values, Outputs scale) {
    Outputs reach = largest_magnitude(values, 16) / (8 * scale);
    Wholes about = __builtin_convertvector(__builtin_elementwise_min(reach, (Outputs){0} + 8) + 0.5f, Wholes);
    Part best = {{0}, (Outputs){0} + INFINITY};
    for (int candidate = 0; candidate < 6; candidate++) {
        Wholes size = about + (candidate / 2 - 1), code = candidate % 2 ? size : -size;
        Wholes isCode = (size > 0) & (code >= -8) & (code <= 7);
        Outputs step = __builtin_convertvector(code, Outputs) * scale, inverse = 1 / step, error = {0};
        for (int i = 0; i < 16; i++) {
            Outputs miss = nearest_step(values[i] * inverse) * step - values[i];
            error += miss * miss;
        }
        Wholes isBetter = isCode & (error < best.error);
        best.code = (code & isBetter) | (best.code & ~isBetter);
        best.error = chosen(isBetter, error, best.error);
    }
    return best;
}

// Quantises a q4 tile from weights [columns][outputs].
static void quantize_q4(const Outputs *values, unsigned char *tile) {
    // Candidates for the largest weight in units of the scale.
    static const float reaches[] = {42, 45, 49, 52, 56, 60, 64, 68};
    Outputs top = largest_magnitude(values, KernelTileColumns), bestError = (Outputs){0} + INFINITY, bestScale = {0};
    Wholes isUsable = top >= tiny, bestCodes[TileParts] = {{0}};
    top = chosen(isUsable, top, (Outputs){0} + 1);
    // Weights relative to the largest, so that squared errors neither overflow nor underflow.
    Outputs relative[KernelTileColumns];
    for (int c = 0; c < KernelTileColumns; c++) relative[c] = values[c] / top;
    for (size_t i = 0; i < sizeof reaches / sizeof reaches[0]; i++) {
        Outputs scale = rounded_to_bfloat16(top / reaches[i]), error = {0};
        Part parts[TileParts];
        for (int p = 0; p < TileParts; p++) {
            parts[p] = q4_part(relative + 16 * p, scale / top);
            error += parts[p].error;
        }
        Wholes isBetter = isUsable & (error < bestError);
        bestError = chosen(isBetter, error, bestError);
        bestScale = chosen(isBetter, scale, bestScale);
        for (int p = 0; p < TileParts; p++) bestCodes[p] = (parts[p].code & isBetter) | (bestCodes[p] & ~isBetter);
    }
    Outputs inverses[TileParts];
    Wholes codes = {0};
    for (int p = 0; p < TileParts; p++) {
        Outputs unit = bestScale * __builtin_convertvector(bestCodes[p], Outputs);
        inverses[p] = chosen(unit != 0, 1 / unit, (Outputs){0});
        codes |= (bestCodes[p] & 15) << (4 * p);
    }
    for (int o = 0; o < KernelTileOutputs; o++) {
        float scale = bestScale[o];
        uint32_t bits;
        memcpy(&bits, &scale, sizeof bits);
        uint16_t stored[] = {(uint16_t)(bits >> 16), (uint16_t)codes[o]};
        memcpy(tile + 2 * o, &stored[0], 2);
        memcpy(tile + Q4Codes + 2 * o, &stored[1], 2);
    }
    for (int c = 0; c < KernelTileColumns; c++) {
        int step = c / 4;
        Wholes halves = __builtin_convertvector(nearest_step(values[c] * inverses[step / PartSteps]), Wholes) + 8;
        unsigned char *numbers = tile + Q4Numbers + step / 2 * 64 + c % 4;
        for (int o = 0; o < KernelTileOutputs; o++) numbers[4 * o] |= (unsigned char)(step % 2 ? halves[o] << 4 : halves[o]);
    }
}

int kernel_quantize_tiles(const float *weights, size_t rows, size_t columns, KernelDataType type, void *tiles) {
    size_t blocks = tile_blocks(columns);
    unsigned char *tile = tiles;
    memset(tiles, 0, blocks * tile_bytes(type));
    for (size_t b = 0; b < blocks; b++, tile += tile_bytes(type)) {
        size_t first = b * KernelTileColumns;
        size_t width = columns - first < KernelTileColumns ? columns - first : KernelTileColumns;
        Outputs columnsOfOutputs[KernelTileColumns];
        for (int o = 0; o < KernelTileOutputs; o++) {
            float values[KernelTileColumns] = {0};
            if ((size_t)o < rows) memcpy(values, weights + (size_t)o * columns + first, width * sizeof *values);
            float check = 0;
            for (int c = 0; c < KernelTileColumns; c++) check += values[c] * 0;
            if (check != 0) return 0;
            if (type == KernelQ8) quantize_q8(values, o, tile);
            else for (int c = 0; c < KernelTileColumns; c++) columnsOfOutputs[c][o] = values[c];
        }
        if (type == KernelQ4) quantize_q4(columnsOfOutputs, tile);
    }
    return 1;
}

void kernel_widen_tiled_row(const void *tiles, KernelDataType type, size_t columns, size_t output, float *target) {
    size_t blocks = tile_blocks(columns);
    int o = (int)(output % KernelTileOutputs);
    const unsigned char *tile = (const unsigned char *)tiles + output / KernelTileOutputs * blocks * tile_bytes(type);
    for (size_t c = 0; c < columns; c++) {
        if (c > 0 && c % KernelTileColumns == 0) tile += tile_bytes(type);
        float scales[KernelTileOutputs];
        tile_scales(tile, type, scales);
        target[c] = scales[o] * (float)tile_number(tile, type, o, (int)(c % KernelTileColumns));
    }
}
