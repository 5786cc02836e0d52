/*
 * Channel fuzz: gives arbitrary bytes to a connection, as any stranger could.
 * The first byte says to whom: a listener or a client that greets, with or
 * without a key; or an end past the greeting, whose messages are decoded.  The
 * second says how many bytes arrive at a time.
 *
 * Nobody may be let in without the key; what is decoded takes memory in
 * proportion to what came; and what was accepted must travel again.
 *
 *   make fuzz
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "codec/codec.h"
#include "codec/classes.h"
#include "codec/message.h"
#include "net/channel.h"
#include "net/greeting.h"
#include "tidelock.h"

enum { MESSAGE_MOST = 1 << 16, PER_BYTE = 100, AT_LEAST = 1 << 16 };

static size_t in_use, most_used;

/* An allocator for Lua that counts the bytes. */
static void *allocate(void *unused, void *block, size_t old, size_t size)
{
    (void)unused;
    if (!block)
        old = 0;
    if (size == 0) {
        in_use -= old;
        free(block);
        return NULL;
    }
    void *moved = realloc(block, size);
    if (!moved)
        return NULL;
    in_use += size - old;
    if (in_use > most_used)
        most_used = in_use;
    return moved;
}

static lua_State *new_state(void)
{
    lua_State *L = lua_newstate(allocate, NULL);
    luaL_openlibs(L);
    lua_pushliteral(L, "c");
    lua_newtable(L);
    classes_add(L, -2, -1);
    lua_settop(L, 0);
    return L;
}

/* Sends the value at the top once more.  With another order of keys, references
 * may nest too deeply: that refusal is right. */
static void send_again(lua_State *L)
{
    struct codec_out out;
    if (!codec_encode_allowed(L, 1, 1, "value", &out, CODEC_OUTSIDE)) {
        if (!strstr(lua_tostring(L, -1), "nested too deeply"))
            abort();
        return;
    }
    if (!codec_own(&out) ||
        !message_receive_outside(L, out.message.slices[0].data,
                                 out.message.size)) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        abort();
    }
    codec_done(&out);
}

static void decode(lua_State *L, const void *data, size_t size)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    size_t before = in_use;
    most_used = in_use;
    bool accepted = message_receive_outside(L, data, size);
    if (most_used - before > PER_BYTE * size + AT_LEAST)
        abort();
    if (accepted)
        send_again(L);
    lua_settop(L, 0);
}

/* Who sends the input, `pace` bytes at a time; say_more is false when all is
 * sent. */
struct stranger {
    int fd;
    const uint8_t *data;
    size_t size, pace;
};

static bool say_more(struct stranger *stranger)
{
    size_t size =
        stranger->size < stranger->pace ? stranger->size : stranger->pace;
    if (size == 0)
        return false;
    ssize_t n =
        send(stranger->fd, stranger->data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0)
        return false;
    stranger->data += n;
    stranger->size -= (size_t)n;
    if (stranger->size == 0)
        shutdown(stranger->fd, SHUT_WR);
    return true;
}

static void receive_all(lua_State *L, struct stranger *stranger, int fd)
{
    struct tl_channel *channel = tl_channel_adopt(fd, "nowhere", MESSAGE_MOST);
    const void *data;
    size_t size;
    int status;
    do {
        status = tl_channel_recv(channel, &data, &size, TL_NOW);
        if (status == TL_OK)
            decode(L, data, size);
    } while (status == TL_OK || (status == TL_TIMEOUT && say_more(stranger)));
    if (tl_channel_poll(channel, TL_NOW) < 0 && status != TL_TIMEOUT)
        abort();
    tl_channel_close(channel, TL_NOW);
}

/* Greets the stranger, who must not get in: nobody can guess the proof for a
 * nonce that was made just now. */
static void greet(struct stranger *stranger, int fd, bool listener, bool keyed)
{
    struct tl_secret key;
    struct tl_greeting greeting;
    if (tl_secret_copy(&key, keyed ? "secret" : NULL, keyed ? 6 : 0) < 0 ||
        tl_greeting_begin(&greeting, listener, &key) < 0)
        abort();
    int status;
    do
        status = tl_greeting_step(&greeting, fd, &key);
    while (status == TL_GREETING_WAITS && say_more(stranger));
    if (keyed && status == TL_OK)
        abort();
    tl_secret_forget(&key);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static lua_State *L;
    int ends[2];
    if (!L && tl_init() == TL_OK)
        L = new_state();
    if (size < 2 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        return 0;
    struct stranger stranger = {ends[1], data + 2, size - 2, data[1] + 1u};
    if (data[0] < 4)
        greet(&stranger, ends[0], data[0] & 1, data[0] & 2);
    else if (data[0] & 1)
        receive_all(L, &stranger, ends[0]);
    else
        decode(L, data + 2, size - 2);
    if (data[0] < 4 || data[0] & 1)
        close(ends[1]);
    else
        (void)(close(ends[0]) + close(ends[1]));
    return 0;
}
