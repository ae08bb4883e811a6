// Compares the kernels of every instruction set that the machine has with their definition in double precision. Tests/TensorsTests
// does so at length, where Swift runs; this is for a machine that C alone reaches, such as an emulated one.
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int passed, failed;

static void check(int holds, KernelInstructionSet set, const char *what, double error) {
    if (holds) passed++;
    else failed++, printf("failed: set %d, %s: error %g\n", (int)set, what, error);
}

/// Numbers of -1 to 1, the same in every run.
static float drawn(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(state >> 33) / (1u << 30) - 1);
}

static void *memory(size_t bytes) {
    void *start = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!start) exit(2);
    memset(start, 0, (bytes + 127) / 64 * 64);
    return start;
}

static float *numbers(size_t count) {
    float *values = memory(count * sizeof(float));
    for (size_t i = 0; i < count; i++) values[i] = drawn();
    return values;
}

/// Largest difference of found and exact as a share of the sum of magnitudes.
static double worst(const float *found, const double *exact, const double *magnitudes, size_t count) {
    double result = 0;
    for (size_t i = 0; i < count; i++) {
        double error = fabs(found[i] - exact[i]) / (magnitudes[i] > 0 ? magnitudes[i] : 1);
        if (!(error <= result)) result = error;
    }
    return result;
}

/// exact[r, o] = input[r] . weights[o], with the sum of magnitudes.
static void define(const float *input, const float *weights, size_t rows, size_t outputs, size_t columns, double *exact,
                   double *magnitudes) {
    for (size_t r = 0; r < rows; r++)
        for (size_t o = 0; o < outputs; o++) {
            double sum = 0, magnitude = 0;
            for (size_t c = 0; c < columns; c++) {
                double part = (double)input[r * columns + c] * weights[o * columns + c];
                sum += part, magnitude += fabs(part);
            }
            exact[r * outputs + o] = sum, magnitudes[r * outputs + o] = magnitude;
        }
}

/// Weights of 8 and 4 bits, with activations that 8 bits hold exactly.
static void packed_products(KernelInstructionSet set, KernelDataType type, size_t rows) {
    enum { Outputs = 83, Columns = 200 };
    float *weights = numbers(Outputs * Columns), *input = memory(rows * Columns * sizeof(float));
    for (size_t i = 0; i < rows * Columns; i++) input[i] = i % Columns % 64 == 0 ? 127 : (float)((int)(i * 7919 % 255) - 127);
    size_t tile = type == KernelQ8 ? KernelQ8TileBytes : KernelQ4TileBytes, line = (Columns + 63) / 64 * tile;
    char *tiles = memory((Outputs + 15) / 16 * line);
    for (size_t first = 0; first < Outputs; first += 16)
        kernel_quantize_tiles(weights + first * Columns, Outputs - first < 16 ? Outputs - first : 16, Columns, type,
                              tiles + first / 16 * line);
    for (size_t o = 0; o < Outputs; o++) kernel_widen_tiled_row(tiles, type, Columns, o, weights + o * Columns);
    void *packedRows = memory(kernel_packed_bytes(set, type, rows, Columns));
    kernel_pack_activations(set, type, input, rows, Columns, 0, kernel_group_count(set, rows), packedRows);
    void *scratch = memory(kernel_multiply_scratch_bytes(set, type, Columns, rows));
    float *found = memory(rows * Outputs * sizeof(float));
    kernel_multiply_packed(set, tiles, type, Columns, 0, Outputs, packedRows, rows, &(KernelEpilogue){0}, scratch,
                           found, Outputs);
    double *exact = memory(rows * Outputs * 8), *magnitudes = memory(rows * Outputs * 8);
    define(input, weights, rows, Outputs, Columns, exact, magnitudes);
    double error = worst(found, exact, magnitudes, rows * Outputs);
    check(error < 1e-6, set, type == KernelQ8 ? "product of q8" : "product of q4", error);
    free(weights), free(input), free(tiles), free(packedRows), free(scratch), free(found), free(exact), free(magnitudes);
}

/// Weights stored number by number, with few rows.
static void few_rows(KernelInstructionSet set, KernelDataType type, size_t rows) {
    enum { Outputs = 19, Columns = 77 };
    size_t size = type == KernelF32 ? 4 : 2;
    float *values = numbers(Outputs * Columns), *input = numbers(rows * Columns), *wide = memory(Outputs * Columns * 4);
    char *stored = memory(Outputs * Columns * size);
    for (size_t i = 0; i < Outputs * Columns; i++) {
        uint16_t half = kernel_nearest_bfloat16(values[i]);
        if (type == KernelF16) kernel_narrow_row(KernelPortable, values + i, KernelF16, &half, 1);
        memcpy(stored + i * size, type == KernelF32 ? (void *)(values + i) : (void *)&half, size);
    }
    kernel_widen(stored, type, wide, Outputs * Columns);
    float *found = memory(rows * Outputs * 4);
    kernel_matrix_vector(set, stored, type, Outputs, Columns, input, rows, found, Outputs);
    double *exact = memory(rows * Outputs * 8), *magnitudes = memory(rows * Outputs * 8);
    define(input, wide, rows, Outputs, Columns, exact, magnitudes);
    double error = worst(found, exact, magnitudes, rows * Outputs);
    check(error < 1e-6, set, "product of few rows", error);
    error = 0;
    for (size_t i = 0; i < Outputs * Columns; i++) error = fmax(error, fabs(wide[i] - values[i]));
    check(error < 0.005, set, "widened weights", error);
    free(values), free(input), free(wide), free(stored), free(found), free(exact), free(magnitudes);
}

/// A few queries of one head to many keys and values.
static void decoding(KernelInstructionSet set, KernelDataType type) {
    enum { Group = 3, Size = 72, Count = 45 };
    KernelAttention sizes = {Group, Size, Size, Count, kernel_row_bytes(type, Size), kernel_row_bytes(type, Size), type, 0.25f};
    float *queries = numbers(Group * Size), *keys = numbers(Count * Size), *values = numbers(Count * Size);
    char *keyRows = memory(Count * sizes.keyStride + KernelRowSlack), *valueRows = memory(Count * sizes.valueStride + KernelRowSlack);
    for (size_t k = 0; k < Count; k++) {
        kernel_narrow_row(set, keys + k * Size, type, keyRows + k * sizes.keyStride, Size);
        kernel_narrow_row(set, values + k * Size, type, valueRows + k * sizes.valueStride, Size);
        kernel_widen_row(set, keyRows + k * sizes.keyStride, type, keys + k * Size, Size);
        kernel_widen_row(set, valueRows + k * sizes.valueStride, type, values + k * Size, Size);
    }
    float *scratch = memory(kernel_attention_scratch(&sizes) * 4), found[Group * Size], top[Group], total[Group];
    kernel_attend(set, &sizes, queries, keyRows, valueRows, scratch, found, top, total);
    double error = 0;
    for (size_t g = 0; g < Group; g++) {
        double scores[Count], largest = -INFINITY, sum = 0;
        for (size_t k = 0; k < Count; k++) {
            scores[k] = 0;
            for (size_t c = 0; c < Size; c++) scores[k] += (double)queries[g * Size + c] * keys[k * Size + c];
            scores[k] *= sizes.scale, largest = fmax(largest, scores[k]);
        }
        for (size_t k = 0; k < Count; k++) sum += scores[k] = exp(scores[k] - largest);
        error = fmax(error, fabs(total[g] / sum * exp(top[g] - largest) - 1));
        for (size_t c = 0; c < Size; c++) {
            double exact = 0;
            for (size_t k = 0; k < Count; k++) exact += scores[k] * values[k * Size + c];
            error = fmax(error, fabs(found[g * Size + c] / total[g] - exact / sum));
        }
    }
    // Queries to keys of 8 bits have 16 bits.
    check(error < (type == KernelQ8 ? 1e-4 : 1e-5), set, "attention of a few queries", error);
    free(queries), free(keys), free(values), free(keyRows), free(valueRows), free(scratch);
}

/// Many queries, of which each sees keys up to its own place.
static void causal_attention(KernelInstructionSet set, KernelDataType type) {
    enum { Rows = 37, Group = 2, Size = 72, Count = 41, Line = Group * Size };
    KernelRowAttention sizes = {Rows, Group, Size, Size, Line, Line, 0.25f};
    KernelRowContext context = {
        .count = Count, .keyStride = kernel_row_bytes(type, Size), .valueStride = kernel_row_bytes(type, Size), .type = type,
        .isCausal = 1, .before = Count - Rows};
    float *queries = numbers(Rows * Line), *keys = numbers(Count * Size), *values = numbers(Count * Size), *found = memory(Rows * Line * 4);
    char *keyRows = memory(Count * context.keyStride + KernelRowSlack), *valueRows = memory(Count * context.valueStride + KernelRowSlack);
    for (size_t k = 0; k < Count; k++) {
        kernel_narrow_row(set, keys + k * Size, type, keyRows + k * context.keyStride, Size);
        kernel_narrow_row(set, values + k * Size, type, valueRows + k * context.valueStride, Size);
        kernel_widen_row(set, keyRows + k * context.keyStride, type, keys + k * Size, Size);
        kernel_widen_row(set, valueRows + k * context.valueStride, type, values + k * Size, Size);
    }
    context.keys = keyRows, context.values = valueRows;
    float *scratch = memory(kernel_row_attention_scratch(&sizes) * 4);
    kernel_attend_rows(set, &sizes, queries, &context, 1, scratch, found);
    double error = 0;
    for (size_t q = 0; q < Rows * Group; q++) {
        size_t seen = q / Group + (Count - Rows) + 1;
        double weights[Count], sum = 0;
        for (size_t k = 0; k < seen; k++) {
            double score = 0;
            for (size_t c = 0; c < Size; c++) score += (double)queries[q * Size + c] * keys[k * Size + c];
            sum += weights[k] = exp(score * sizes.scale);
        }
        for (size_t c = 0; c < Size; c++) {
            double exact = 0;
            for (size_t k = 0; k < seen; k++) exact += weights[k] * values[k * Size + c] / sum;
            error = fmax(error, fabs(found[q * Size + c] - exact));
        }
    }
    check(error < 1e-5, set, "attention of many queries", error);
    free(queries), free(keys), free(values), free(keyRows), free(valueRows), free(scratch), free(found);
}

/// A convolution of 3 x 3 with a step of 2, a bias and an activation.
static void convolution(KernelInstructionSet set) {
    enum { Side = 9, Channels = 5, Outputs = 21, Blocks = 2, Out = 5, Taps = 9 };
    KernelConvolution sizes = {
        Channels, Side, Side, Side * Channels, Channels, Outputs, Out, Out, Out * Outputs, Outputs, 0, 0, 3, 3, 2, 2, 1, 1, 1, 1,
        KernelReLU, 0, 0};
    float *input = numbers(Side * Side * Channels + KernelConvolutionBlock), *bias = numbers(Blocks * KernelConvolutionBlock);
    float *weights = numbers(Blocks * Taps * Channels * KernelConvolutionBlock), *found = memory(Out * Out * Outputs * 4);
    void *scratch = memory(kernel_convolution_scratch(&sizes));
    kernel_convolve(set, &sizes, input, weights, bias, NULL, found, 0, Out * Out, 0, Blocks, scratch);
    double error = 0;
    for (int y = 0; y < Out; y++)
        for (int x = 0; x < Out; x++)
            for (int o = 0; o < Outputs; o++) {
                double sum = bias[o];
                for (int tap = 0; tap < Taps; tap++) {
                    int row = 2 * y + tap / 3 - 1, column = 2 * x + tap % 3 - 1;
                    if (row < 0 || row >= Side || column < 0 || column >= Side) continue;
                    for (int c = 0; c < Channels; c++)
                        sum += (double)input[(row * Side + column) * Channels + c]
                            * weights[((o / 16 * Taps + tap) * Channels + c) * 16 + o % 16];
                }
                error = fmax(error, fabs(found[(y * Out + x) * Outputs + o] - fmax(sum, 0)));
            }
    check(error < 1e-5, set, "convolution", error);
    free(input), free(bias), free(weights), free(found), free(scratch);
}

/// Softmax, activations and norms, which choose their set themselves.
static void elementwise(void) {
    enum { Count = 101 };
    float *input = numbers(Count), *found = memory(Count * 4), ones[Count], zeros[Count] = {0};
    double error = 0, sum = 0, mean = 0, variance = 0, squares = 0;
    for (size_t i = 0; i < Count; i++) ones[i] = 1, input[i] *= 6, sum += exp(input[i]), mean += input[i] / Count;
    for (size_t i = 0; i < Count; i++)
        variance += (input[i] - mean) * (input[i] - mean) / Count, squares += (double)input[i] * input[i] / Count;
    memcpy(found, input, Count * 4), kernel_softmax(found, Count);
    for (size_t i = 0; i < Count; i++) error = fmax(error, fabs(found[i] - exp(input[i]) / sum));
    check(error < 1e-6, 0, "softmax", error), error = 0;
    memcpy(found, input, Count * 4), kernel_gelu(found, Count);
    for (size_t i = 0; i < Count; i++) error = fmax(error, fabs(found[i] - input[i] * 0.5 * erfc(-input[i] / sqrt(2))));
    check(error < 1e-5, 0, "GELU", error), error = 0;
    memcpy(found, input, Count * 4), kernel_silu(found, Count);
    for (size_t i = 0; i < Count; i++) error = fmax(error, fabs(found[i] - input[i] / (1 + exp(-input[i]))));
    check(error < 1e-5, 0, "SiLU", error), error = 0;
    kernel_layer_norm(input, ones, zeros, found, 1, Count, 1e-6f);
    for (size_t i = 0; i < Count; i++) error = fmax(error, fabs(found[i] - (input[i] - mean) / sqrt(variance + 1e-6)));
    check(error < 1e-5, 0, "layer norm", error), error = 0;
    kernel_rms_norm(input, ones, found, 1, Count, 1e-6f);
    for (size_t i = 0; i < Count; i++) error = fmax(error, fabs(found[i] - input[i] / sqrt(squares + 1e-6)));
    check(error < 1e-5, 0, "RMS norm", error);
    free(input), free(found);
}

int main(void) {
    static const KernelDataType stored[] = {KernelF32, KernelF16, KernelBF16}, tiled[] = {KernelQ8, KernelQ4};
    static const KernelDataType rowTypes[] = {KernelF32, KernelF16, KernelQ8};
    static const size_t rows[] = {1, 2, 5, 16, 17, 40};
    for (KernelInstructionSet set = KernelPortable; set <= KernelAMX; set++) {
        if (!kernel_supports(set)) continue;
        int before = passed + failed;
        for (size_t r = 0; r < 6; r++)
            for (size_t t = 0; t < 2; t++)
                // On AMX, products of many rows are rounded to 8 bits of bfloat16.
                if (kernel_has_instructions(set) && (set != KernelAMX || rows[r] <= KernelFewRows))
                    packed_products(set, tiled[t], rows[r]);
        for (size_t t = 0; t < 3; t++) {
            if (kernel_has_instructions(set)) few_rows(set, stored[t], 1), few_rows(set, stored[t], 3);
            decoding(set, rowTypes[t]), causal_attention(set, rowTypes[t]);
        }
        convolution(set);
        printf("set %d: %d checks\n", (int)set, passed + failed - before);
    }
    elementwise();
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
