/*
 * Digests: what tells two sources apart.
 */
#include <lauxlib.h>
#include <openssl/evp.h>

#include "remote/remote.h"

/* sha256(text): the digest, in hexadecimal (FIPS 180-4). */
static int sha256(lua_State *L)
{
    static const char digits[] = "0123456789abcdef";
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size);
    unsigned char bytes[EVP_MAX_MD_SIZE];
    char shown[2 * EVP_MAX_MD_SIZE];
    unsigned count = 0;
    if (!EVP_Digest(text, size, bytes, &count, EVP_sha256(), NULL))
        return remote_raise(L, "this OpenSSL has no SHA-256");
    for (size_t i = 0; i < count; i++) {
        shown[2 * i] = digits[bytes[i] >> 4];
        shown[2 * i + 1] = digits[bytes[i] & 15];
    }
    lua_pushlstring(L, shown, 2 * (size_t)count);
    return 1;
}

void remote_digest_open(lua_State *L)
{
    lua_pushcfunction(L, sha256);
    lua_setfield(L, -2, "sha256");
}
