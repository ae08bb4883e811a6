// The machine's processors and instruction sets, and loops that measure its limits for a roofline: multiply-adds, products of
// bytes and of bfloat16, memory reads. Each loop returns a count its own arithmetic made, so that skipped work would show.
// Single-threaded, as all kernels are.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Processors this process may run on; 0 where the system does not tell.
size_t kernel_usable_processors(void);

/// Hints to the processor that this thread spins on a condition.
static inline void kernel_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// An instruction set of a kernel or a measuring loop, with the instructions that its products use.
typedef enum KernelInstructionSet : int32_t {
    KernelPortable = 0,
    /// vfmadd; vpmaddubsw, vpmaddwd and vpaddd.
    KernelAVX2 = 1,
    /// vpdpbusd on 256 bits.
    KernelAVXVNNI = 2,
    /// vfmadd on 512 bits.
    KernelAVX512 = 3,
    /// vpdpbusd on 512 bits.
    KernelAVX512VNNI = 4,
    /// sdot.
    KernelNEONDotProduct = 5,
    /// tdpbf16ps.
    KernelAMX = 6,
} KernelInstructionSet;

/// Makes kernel_supports refuse all sets but these, for measurements of what a lesser machine would do. For the begin of a program: sets
/// that were chosen before stay chosen.
void kernel_limit_instructions(const KernelInstructionSet *_Nonnull sets, size_t count);

/// 1 where the machine has the set, else 0.
int kernel_supports(KernelInstructionSet set);

/// The fastest set that the machine has and that has kernels for weights of every type.
KernelInstructionSet kernel_fastest_instructions(void);

/// 1 where the machine has the set and the set has kernels for weights of every type, else 0.
int kernel_has_instructions(KernelInstructionSet set);

/// Runs fused multiply-adds on independent single-precision sums, enough of them to hide the latency.
/// Returns the number of multiply-adds that were done (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^24 iterations.
uint64_t kernel_count_multiply_adds(KernelInstructionSet set, size_t iterations);

/// Sums products of 8-bit numbers in 32 bits.
/// Returns the number of products that were summed (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^28 iterations.
uint64_t kernel_count_products(KernelInstructionSet set, size_t iterations);

/// Sums products of bfloat16 numbers in single precision.
/// Returns the number of products that were summed (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^24 iterations.
uint64_t kernel_count_bfloat16_products(KernelInstructionSet set, size_t iterations);

/// Sum of words[count], modulo 2^32: reads memory as fast as one core can.
uint32_t kernel_sum_words(const uint32_t *_Nonnull words, size_t count);
