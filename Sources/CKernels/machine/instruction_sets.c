// Detection of the machine's instruction sets and processors. MachineKernels.h is the interface.
#define _GNU_SOURCE
#include "MachineKernels.h"
#if defined(__linux__)
#include <sched.h>
#endif

// Sets that are not refused, one bit each.
static uint32_t allowed = UINT32_MAX;

void kernel_limit_instructions(const KernelInstructionSet *sets, size_t count) {
    uint32_t bits = 1u << KernelPortable;
    for (size_t i = 0; i < count; i++) bits |= 1u << sets[i];
    __atomic_store_n(&allowed, bits, __ATOMIC_RELAXED);
}

static int is_allowed(KernelInstructionSet set) { return (__atomic_load_n(&allowed, __ATOMIC_RELAXED) >> set & 1) != 0; }

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Asks the system once, for all threads, for AMX: 1 where the processor has it and its 8 kilobytes of state are granted.
// Source: Documentation/arch/x86/xstate.rst of the Linux kernel.
static int has_tiles(void) {
    static int known = -1;
    int answer = __atomic_load_n(&known, __ATOMIC_RELAXED);
    if (answer >= 0) return answer;
    unsigned a, b, c, d;
    const unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
    answer = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bfloat16) && (d & tiles);
#if defined(__linux__)
    enum { RequestPermission = 0x1023, TileData = 18 };
    answer = answer && syscall(SYS_arch_prctl, RequestPermission, TileData) == 0;
#else
    answer = 0;
#endif
    __atomic_store_n(&known, answer, __ATOMIC_RELAXED);
    return answer;
}

static int is_there(KernelInstructionSet set) {
    __builtin_cpu_init();
    switch (set) {
    case KernelPortable: return 1;
    case KernelAVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case KernelAVXVNNI: return is_there(KernelAVX2) && __builtin_cpu_supports("avxvnni");
    case KernelAVX512: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    case KernelAVX512VNNI: return is_there(KernelAVX512) && __builtin_cpu_supports("avx512vnni");
    case KernelAMX:
        return is_there(KernelAVX512VNNI) && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16")
            && has_tiles();
    default: return 0;
    }
}
#elif defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

static int is_there(KernelInstructionSet set) {
    if (set == KernelPortable) return 1;
#if defined(__linux__)
    const unsigned long dotProducts = 1ul << 20; // HWCAP_ASIMDDP
    return set == KernelNEONDotProduct && (getauxval(AT_HWCAP) & dotProducts) != 0;
#else
    return 0;
#endif
}
#else
static int is_there(KernelInstructionSet set) { return set == KernelPortable; }
#endif

int kernel_supports(KernelInstructionSet set) { return is_allowed(set) && is_there(set); }

size_t kernel_usable_processors(void) {
#if defined(__linux__)
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) == 0) return (size_t)CPU_COUNT(&usable);
#endif
    return 0;
}
