// Single-precision rows to tiles, and back; see QuantizedKernels.h.
#include "tiles.h"
#include <math.h>

// To the nearest whole number, ties to even, for |x| < 2^22: the sum leaves it in the low bits.
static inline int nearest(float x) {
    float shifted = x + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    return bits - 0x4b400000;
}

static float largest(const float *values, int count) {
    float top = 0;
    for (int i = 0; i < count; i++) top = fmaxf(top, fabsf(values[i]));
    return top;
}

// Smaller than any weight that matters, and large enough for its inverse to be finite.
static const float tiny = 1e-30f;

static void quantize_q8(const float *values, int output, unsigned char *tile) {
    float top = largest(values, KernelTileColumns), scale = top < tiny ? 0 : top / 127, inverse = scale > 0 ? 127 / top : 0;
    memcpy(tile + 4 * output, &scale, 4);
    for (int c = 0; c < KernelTileColumns; c++)
        tile[Q8Numbers + c / 4 * 64 + output * 4 + c % 4] = (unsigned char)nearest(values[c] * inverse);
}

// A code of sixteen weights, and the squared error it leaves.
typedef struct Part {
    int code;
    float error;
} Part;

static int q4_half(float value, float inverse, int middle) {
    int half = nearest(value * inverse) + middle;
    return half < 0 ? 0 : half > 15 ? 15 : half;
}

static float q4_error(const float *values, float step, int middle) {
    float inverse = 1 / step, error = 0;
    for (int i = 0; i < 16; i++) {
        float shifted = values[i] * inverse + 12582912.0f;
        float whole = shifted - 12582912.0f;
        float low = (float)-middle, high = (float)(15 - middle);
        whole = whole < low ? low : whole > high ? high : whole;
        float miss = whole * step - values[i];
        error += miss * miss;
    }
    return error;
}

// The best code among those whose steps just reach the largest weight, or just do not.
static Part q4_part(const float *values, float scale) {
    float top = largest(values, 16);
    int about = nearest(fminf(top / (8 * scale), 8));
    Part best = {0, INFINITY};
    for (int factor = about - 1; factor <= about + 1; factor++) {
        if (factor < 1 || factor > 8) continue;
        for (int lowered = 0; lowered < 2; lowered++) {
            float error = q4_error(values, factor * scale, 8 - lowered);
            if (error < best.error) best = (Part){(factor - 1) | lowered << 3, error};
        }
    }
    return best;
}

static float rounded_bf16(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
    memcpy(&value, &bits, 4);
    return value;
}

static void quantize_q4(const float *values, int output, unsigned char *tile) {
    // Scales by which the largest weight is so many steps of the largest factor.
    static const float reaches[] = {5.5f, 6, 6.5f, 7, 7.5f, 8, 8.5f, 9};
    float top = largest(values, KernelTileColumns), bestError = INFINITY, bestScale = 0;
    // Errors are squares: of numbers around 1, they neither overflow nor vanish.
    float relative[KernelTileColumns];
    for (int c = 0; c < KernelTileColumns; c++) relative[c] = top < tiny ? 0 : values[c] / top;
    unsigned bestCodes = 0;
    for (size_t i = 0; i < sizeof reaches / sizeof reaches[0] && top >= tiny; i++) {
        float scale = rounded_bf16(top / (reaches[i] * 8)), error = 0;
        unsigned codes = 0;
        for (int p = 0; p < TileParts; p++) {
            Part part = q4_part(relative + 16 * p, scale / top);
            codes |= (unsigned)part.code << (4 * p);
            error += part.error;
        }
        if (error < bestError) {
            bestError = error;
            bestScale = scale;
            bestCodes = codes;
        }
    }
    uint32_t bits;
    memcpy(&bits, &bestScale, 4);
    tile[2 * output] = (unsigned char)(bits >> 16);
    tile[2 * output + 1] = (unsigned char)(bits >> 24);
    tile[Q4Codes + 2 * output] = (unsigned char)bestCodes;
    tile[Q4Codes + 2 * output + 1] = (unsigned char)(bestCodes >> 8);
    for (int c = 0; c < KernelTileColumns; c++) {
        int step = c / 4, code = bestCodes >> (4 * (step / PartSteps)) & 15;
        float inverse = bestScale > 0 ? 1 / (bestScale * (float)(1 + (code & 7))) : 0;
        int half = q4_half(values[c], inverse, 8 - (code >> 3));
        tile[Q4Numbers + step / 2 * 64 + output * 4 + c % 4] |= (unsigned char)(step % 2 ? half << 4 : half);
    }
}

int kernel_quantize_tiles(const float *weights, size_t rows, size_t columns, KernelDataType type, void *tiles) {
    size_t blocks = tile_blocks(columns);
    unsigned char *tile = tiles;
    memset(tiles, 0, blocks * tile_bytes(type));
    for (size_t b = 0; b < blocks; b++, tile += tile_bytes(type)) {
        size_t first = b * KernelTileColumns;
        size_t width = columns - first < KernelTileColumns ? columns - first : KernelTileColumns;
        for (int o = 0; o < KernelTileOutputs; o++) {
            float values[KernelTileColumns] = {0};
            if ((size_t)o < rows) memcpy(values, weights + (size_t)o * columns + first, width * sizeof *values);
            float check = 0;
            for (int c = 0; c < KernelTileColumns; c++) check += values[c] * 0;
            if (check != 0) return 0;
            if (type == KernelQ8) quantize_q8(values, o, tile);
            else quantize_q4(values, o, tile);
        }
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
