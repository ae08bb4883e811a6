// Shapes of a thread's AMX register tiles, as `ldtilecfg` reads them: lines, and bytes of a line.
#pragma once
#include <stdint.h>

typedef struct TileConfiguration {
    uint8_t palette, startLine, reserved[14];
    uint16_t lineBytes[16];
    uint8_t lines[16];
} TileConfiguration;
