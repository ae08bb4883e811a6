// Which instructions the machine has.
#pragma once
#include "MachineKernels.h"

int machine_has(KernelInstructionSet set);
