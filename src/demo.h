/* The bundled traffic (demo/demo.pcapng), compiled in by the build. */
#ifndef SIPWHY_DEMO_H
#define SIPWHY_DEMO_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t demo_capture[];
extern const size_t demo_capture_size;

#endif
