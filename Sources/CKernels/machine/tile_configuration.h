// What AMX's tiles are on a thread, as `ldtilecfg` reads it: lines and bytes of each.
#pragma once
#include <stdint.h>

typedef struct TileConfiguration {
    uint8_t palette, startLine, reserved[14];
    uint16_t lineBytes[16];
    uint8_t lines[16];
} TileConfiguration;
