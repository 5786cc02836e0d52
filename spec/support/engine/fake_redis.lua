--- Fake Redis: the commands that the engine and its clients use, in plain Lua, with a clock that the test moves.
--
--   local server = fake_redis.new()
--   server.call("HSET", key, field, value)        -- as redis.call: false for nil; raises where the server would
--   server.clock = server.clock + 1000000         -- microseconds
--   server.fcall(space, session, task, seq, op, ...) -> "SEQ:STATUS:FIELDS"
--   server.data                                   -- key -> { type =, value ... }, to look into
--   server.come_back(data)                        -- as after a crash, with what it had kept
--
-- It is strict: an argument that is neither text nor number, or a key of another type, raises.  `random(n)`, if set,
-- decides what HRANDFIELD returns.
local files = dofile "spec/support/files.lua"
local text_of = dofile "spec/support/engine/redis_text.lua"

local fake_redis = {}

local commands = {}
for _, of in ipairs{ "hashes", "lists", "sorted_sets" } do
  for name, command in pairs(dofile(("spec/support/engine/redis_%s.lua"):format(of))) do commands[name] = command end
end
for name, command in pairs(dofile "spec/support/engine/redis_keys.lua".commands) do commands[name] = command end

local function read(name) return files.read(("bindings/engine/%s.lua"):format(name)) end

--- The text of the library; `change(text)`, if given, breaks it.
function fake_redis.engine_text(change)
  local text = dofile "bindings/engine/joined.lua"(read)
  return change and change(text) or text
end

local function load_library(text)
  local found
  local redis = {
    register_function = function(row) found = row.callback end,
  }
  local environment = setmetatable({ redis = redis }, { __index = _G })
  local chunk = assert(load((text:gsub("^#![^\n]*", "")), "=engine", "t", environment))
  chunk()
  return found, redis
end

--- A server with the engine, or with another text of it.  `server.spy(f)`: the engine calls f instead of server.call.
function fake_redis.new(library)
  local server = { data = {}, clock = 1700000000000000, calls = 0 }
  function server.call(name, ...)
    local command = commands[name]
    if not command then error("ERR unknown command " .. tostring(name), 0) end
    local args = table.pack(...)
    for i = 1, args.n do args[i] = text_of(args[i]) end
    server.calls = server.calls + 1
    return command(server, table.unpack(args, 1, args.n))
  end
  local run, spy
  local function start()
    local redis
    run, redis = load_library(library or fake_redis.engine_text())
    redis.call = function(...) return (spy or server.call)(...) end
  end
  start()
  function server.spy(call) spy = call end
  -- With what it has kept; of the library, the text alone.
  function server.come_back(data)
    server.data = data
    start()
  end
  function server.fcall(space, ...)
    local args = table.pack(...)
    for i = 1, args.n do args[i] = text_of(args[i]) end
    server.clock = server.clock + 1
    return run({ "tl:{" .. space .. "}:" }, args)
  end
  return server
end

--- Netstrings from a place in a text on.
function fake_redis.unpack(text, from)
  local fields = {}
  while true do
    local size, start = text:match("^(%d+):()", from)
    if not size then return fields end
    fields[#fields + 1] = text:sub(start, start + size - 1)
    from = start + math.tointeger(tonumber(size))
  end
end

--- The parts of an answer: SEQ, STATUS, list of fields.
function fake_redis.parse(answer)
  local seq, status, from = answer:match "^(%d+):(%a+):()"
  return seq, status, fake_redis.unpack(answer, from)
end

return fake_redis
