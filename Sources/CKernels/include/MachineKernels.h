// What the machine can do at most: loops that do nothing but multiply and add, or read. Each returns what its own
// arithmetic counted, so that a loop that left work out would show it. Single-threaded, as all kernels are.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Processors this process may run on; 0 where the system does not say.
size_t kernel_usable_processors(void);

/// Tells the processor that this thread does nothing but watch a condition.
static inline void kernel_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Instructions a kernel or a measuring loop is made of.
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

/// Whether the machine has the set; 0 or 1.
int kernel_supports(KernelInstructionSet set);

/// The fastest set that this machine has and that there are loops for with weights of every kind.
KernelInstructionSet kernel_fastest_instructions(void);

/// Whether this machine has a set, and there are such loops for it.
int kernel_has_instructions(KernelInstructionSet set);

/// Fused multiply-adds on independent single-precision sums, as many at a time as hide their latency.
/// Returns the number of multiply-adds that were done (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^24 iterations.
uint64_t kernel_count_multiply_adds(KernelInstructionSet set, size_t iterations);

/// Products of 8-bit numbers summed in 32 bits.
/// Returns the number of products that were summed (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^28 iterations.
uint64_t kernel_count_products(KernelInstructionSet set, size_t iterations);

/// Products of bfloat16 numbers summed in single precision.
/// Returns the number of products that were summed (two operations each), 0 when the machine lacks the set or the set
/// has no such loop. Exact for up to 2^24 iterations.
uint64_t kernel_count_bfloat16_products(KernelInstructionSet set, size_t iterations);

/// The sum of words[count], modulo 2^32: reads memory as fast as one core can.
uint32_t kernel_sum_words(const uint32_t *_Nonnull words, size_t count);
