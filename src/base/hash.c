/* xxHash's XXH3 with a seed drawn from the kernel. */
#include "base/hash.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t process_key(void)
{
    static uint64_t key;
    if (key == 0) {
        if (getrandom(&key, sizeof key, GRND_NONBLOCK) != sizeof key)
            key = (uint64_t)time(NULL) * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid();
        key |= 1;
    }
    return key;
}

uint64_t hash_bytes(uint64_t seed, const void *data, size_t n)
{
    return XXH3_64bits_withSeed(n ? data : "", n, seed ^ process_key());
}

uint32_t hash_digest(const void *data, size_t n)
{
    return (uint32_t)XXH3_64bits(n ? data : "", n);
}

uint64_t hash_number(uint64_t seed, uint64_t value)
{
    return hash_bytes(seed, &value, sizeof value);
}
