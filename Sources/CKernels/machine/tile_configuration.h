// Shapes of a thread's AMX register tiles in the format of `ldtilecfg`: rows, and bytes per row.
#pragma once
#include <stdint.h>

typedef struct TileConfiguration {
    uint8_t palette, startLine, reserved[14];
    uint16_t lineBytes[16];
    uint8_t lines[16];
} TileConfiguration;
