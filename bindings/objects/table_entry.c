#include "objects/table_entry.h"

#include <math.h>
#include <string.h>

#include "codec/message.h"
#include "lua/support.h"
#include "lua/userdata.h"

struct tl_handle *table_entry_check(lua_State *L)
{
    context_set(L);
    return object_check(L, 1, TL_KIND_TABLE);
}

struct tl_key table_entry_check_key(lua_State *L, int index,
                                    const struct tl_handle *table,
                                    const char *call)
{
    struct tl_key key = {.type = TL_KEY_STRING};
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        key.string.data = lua_tolstring(L, index, &key.string.size);
        return key;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            key.type = TL_KEY_INTEGER;
            key.i = lua_tointeger(L, index);
            return key;
        }
        key.type = TL_KEY_FLOAT;
        key.f = lua_tonumber(L, index);
        if (isnan(key.f))
            misuse(L, table, call, "the key is not a number (NaN)");
        return key;
    case LUA_TBOOLEAN:
        key.type = TL_KEY_BOOLEAN;
        key.b = lua_toboolean(L, index);
        return key;
    default:
        misuse(L, table, call,
               "the key must be a string, a number or a boolean, not %s",
               shown_a_type(L, index));
        return key;
    }
}

int table_entry_get(lua_State *L, const struct tl_handle *table,
                    const char *call, int index, tl_deadline *end, bool part)
{
    struct tl_key key = table_entry_check_key(L, index, table, call);
    struct tl_parcel parcel;
    int status = tl_table_get_until(table, &key, &parcel, end, part);
    if (status == TL_OK)
        return message_receive(L, &parcel);
    if (status != TL_EMPTY)
        return result_failure(L, table, call, status);
    lua_pushnil(L);
    return 1;
}

void table_entry_set(lua_State *L, const struct tl_handle *table,
                     const char *call, int index, int value, tl_deadline end,
                     bool part)
{
    struct tl_key key = table_entry_check_key(L, index, table, call);
    struct codec_out out;
    bool tried = false;
    int status;
    context_state = L;
    if (lua_isnil(L, value)) {
        status = tl_table_set_until(table, &key, NULL, TL_FOREVER, part);
    } else {
        message_encode(L, table, call, value, 1, "value", &out);
        do
            status = tl_table_set_until(table, &key, &out.message, end, part);
        while (message_try_again(L, status, &out, &tried));
        codec_done(&out);
    }
    if (status < 0)
        result_failure(L, table, call, status);
}

/* ---- options of a call ---- */

void table_entry_check_options(lua_State *L, int index,
                               const struct tl_handle *table, const char *call,
                               const char *const *names)
{
    if (lua_isnoneornil(L, index))
        return;
    if (!lua_istable(L, index))
        misuse(L, table, call, "the options must be a table, not %s",
               shown_a_type(L, index));
    lua_pushnil(L);
    while (lua_next(L, index)) {
        const char *const *name = names;
        const char *given =
            lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
        while (*name && strcmp(*name, given) != 0)
            name++;
        if (!*name) {
            const char *unknown = shown_text(L, -2);
            misuse(L, table, call, "unknown option \"%s\"; there are: %s",
                   unknown, check_names(L, names));
        }
        lua_pop(L, 1);
    }
}

tl_deadline table_entry_check_end(lua_State *L, int index,
                                  const struct tl_handle *table,
                                  const char *call)
{
    if (!lua_istable(L, index))
        return TL_FOREVER;
    lua_pushliteral(L, "ttl");
    lua_rawget(L, index);
    int type = lua_type(L, -1);
    lua_Number ttl = lua_tonumber(L, -1);
    lua_pop(L, 1);
    if (type == LUA_TNIL)
        return TL_FOREVER;
    if (type != LUA_TNUMBER)
        misuse(L, table, call, "ttl must be a number of seconds, not a %s",
               lua_typename(L, type));
    if (!(ttl > 0)) /* NaN, too */
        misuse(L, table, call, "ttl must be more than 0 seconds, not %f", ttl);
    return tl_deadline_in(ttl);
}
