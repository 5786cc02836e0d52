-- The design's rules, read off the sources and, for who calls whom, off the objects that were made of them.
--
-- Which room is where, and which files are what: spec/support/architecture/rooms.lua, graph.lua, lua_graph.lua,
-- exports.lua.
local sources = dofile "spec/support/architecture/sources.lua"
local rooms = dofile "spec/support/architecture/rooms.lua"
local exports = dofile "spec/support/architecture/exports.lua"
local graph = dofile "spec/support/architecture/graph.lua".read()
local lua_graph = dofile "spec/support/architecture/lua_graph.lua"
local runtime, bindings = sources.runtime, sources.bindings
local read, code, uses, having = sources.read, sources.code, sources.uses, sources.having

local MOST_LINES, MOST_IN_A_ROOM, MOST_IN_A_CIRCLE, MOST_IN_A_FOLDER = 400, 30, 10, 45

-- "a.c -> b.c: why" for each that knows another of its side, where wrong(a, b) is true.
local function knowledge(wrong)
  local found = {}
  graph.each(function(a, b, why)
    if rooms.side_of(a) == rooms.side_of(b) and wrong(a, b) then
      found[#found + 1] = ("%s -> %s: %s"):format(a, b, why)
    end
  end)
  return found
end

local function strangers(a, b)
  local list = rooms.strangers[rooms.side_of(a)]
  local room, other = rooms.room_of(a), rooms.room_of(b)
  local found = 0
  for _, name in ipairs(list) do
    if name == room or name == other then found = found + 1 end
  end
  return room ~= other and found == 2
end

-- The circles of more files than `most`, as text, of those in `room`, or in all rooms.
local function circles(side, room, most)
  local found = {}
  for _, circle in ipairs(graph.circles(function(path)
    return rooms.side_of(path) == side and (not room or rooms.room_of(path) == room)
  end)) do
    if #circle > most then found[#found + 1] = table.concat(circle, " ") end
  end
  return found
end

describe("a room", function()
  it("is known of every file", function()
    for _, path in ipairs(sources.all) do
      assert.truthy(rooms.room_of(path) == "public" or rooms.floor_of(path), path .. ": in which room is it?")
    end
    for _, path in ipairs(lua_graph.files) do
      assert.truthy(rooms.floor_of(path), path .. ": in which room is it?")
    end
  end)

  it("includes and calls only what is in it or below it", function()
    assert.same({}, knowledge(function(a, b)
      local floor, other = rooms.floor_of(a), rooms.floor_of(b)
      return floor and other and other > floor
    end))
  end)

  it("of Lua requires only what is in it or below it", function()
    local wrong = {}
    lua_graph.each(function(a, b)
      if rooms.floor_of(b) > rooms.floor_of(a) then wrong[#wrong + 1] = ("%s -> %s"):format(a, b) end
    end)
    assert.same({}, wrong)
  end)

  it("of the headers that are for all includes nothing but those, and the statuses", function()
    assert.same({}, knowledge(function(a, b)
      return rooms.room_of(a) == "public" and rooms.room_of(b) ~= "public" and not b:find "/status%.h$"
    end))
  end)

  it("knows nothing of its strangers", function()
    assert.same({}, knowledge(strangers))
  end)

  it("does not know that the world is simulated, but for the program", function()
    assert.same({}, knowledge(function(a, b)
      return rooms.room_of(b) == "simulate" and rooms.room_of(a) ~= "simulate" and rooms.room_of(a) ~= "program"
    end))
  end)

  it("has no circle of files", function()
    local found = {}
    for side, order in pairs(rooms.order) do
      for _, room in ipairs{ "public", table.unpack(order) } do
        for _, circle in ipairs(circles(side, room, 1)) do found[#found + 1] = circle end
      end
    end
    assert.same({}, found)
  end)

  it("has not too many files", function()
    local counts = {}
    for _, path in ipairs(sources.all) do
      local room = ("%s/%s"):format(rooms.side_of(path), rooms.room_of(path))
      counts[room] = (counts[room] or 0) + 1
    end
    for room, count in pairs(counts) do assert.truthy(count <= MOST_IN_A_ROOM, room .. ": " .. count) end
  end)

  it("has parts where a folder would have too many files", function()
    local counts = {}
    for _, path in ipairs(sources.lines "find runtime bindings spec/support -type f") do
      local folder = path:match "^(.*)/"
      counts[folder] = (counts[folder] or 0) + 1
    end
    for folder, count in pairs(counts) do assert.truthy(count <= MOST_IN_A_FOLDER, folder .. ": " .. count) end
  end)
end)

describe("a file", function()
  it("is in no circle of many, in whichever rooms", function()
    for side in pairs(rooms.order) do assert.same({}, circles(side, nil, MOST_IN_A_CIRCLE)) end
  end)

  it("is so short that it is one concept", function()
    local long = {}
    for _, list in ipairs{ sources.with_tests, lua_graph.files, sources.lines "find spec -name '*.lua'" } do
      for _, path in ipairs(list) do
        local _, lines = read(path):gsub("\n", "")
        if lines > MOST_LINES then long[#long + 1] = path .. ": " .. lines end
      end
    end
    assert.same({}, long)
  end)

  it("of the runtime exports only names that begin with its own, or its type's", function()
    local wrong = {}
    for path, symbols in pairs(graph.exports) do
      for _, symbol in ipairs(symbols) do
        if rooms.side_of(path) == "runtime" and not exports.may(path, symbol) then
          wrong[#wrong + 1] = path .. ": " .. symbol
        end
      end
    end
    table.sort(wrong)
    assert.same({}, wrong)
  end)
end)

-- What is done in one file of the runtime alone, or of the bindings, or nowhere: what else needs it calls that.
-- host/worker.c and zygote.c fork other programs than this one; host/jobs.c waits for those.
-- init.c, keeper.c and recorder.c fork what is no task, and runner.c what grades; shell.c has io.popen and os.execute;
-- await.c waits for keys in a simulation, keys.c where there is no runtime, outputs.c is a thread that is no task;
-- The rooms called wire and remote are a module of its own, with a clock and a sleep, and a `require` of its own.
-- virtual_time.c is the C library's `time` and `clock` for Lua.
local ONE_PLACE = {
  { "fork", "%f[%w_]fork%s*%(", "runtime/process/process.c", "bindings/explore/host/worker.c",
    "bindings/explore/host/zygote.c", "bindings/labs/runner.c", "bindings/program/init.c", "bindings/repl/keeper.c",
    "bindings/trace/recorder.c" },
  { "vfork", "%f[%w_]vfork%s*%(", "runtime/commands/exec.c" },
  { "clone", "%f[%w_]_?_?clone%d?%s*%(" },
  { "a fork by number", "SYS_v?fork" },
  { "a clone by number", "SYS_clone" },
  { "posix_spawn", "posix_spawn", "bindings/process/shell.c" },
  { "futex", "SYS_futex", "runtime/park/park.c" },
  { "ppoll", "ppoll", "runtime/park/poll.c", "runtime/wire/pause.c", "bindings/explore/host/jobs.c",
    "bindings/repl/await.c", "bindings/repl/outputs.c", "bindings/terminal/keys.c", "bindings/terminal/raw_mode.c" },
  { "poll", "%f[%w_]poll%s*%(" },
  { "select", "%f[%w_]p?select%s*%(" },
  { "epoll_wait", "epoll_p?wait" },
  { "nanosleep", "nanosleep", "runtime/base/clock.c" },
  { "sleep", "%f[%w_]u?sleep%s*%(%s*%d" },
  { "clock_gettime", "clock_gettime", "runtime/base/clock.c", "runtime/wire/moment.c",
    "bindings/program/virtual_time.c" },
  { "gettimeofday", "gettimeofday" },
  { "dlopen", "%f[%w_]dlm?open%s*%(", "bindings/repl/readline.c" },
  { "dlsym", "%f[%w_]dlv?sym%s*%(", "bindings/repl/readline.c" },
  { "LUA_VERSION_NUM", "LUA_VERSION_NUM", "bindings/lua/compat.h" },
  { "require of Lua", '"require"', "bindings/lua/require.c", "bindings/remote/modules.c",
    text = sources.without_comments },
}

describe("one file alone", function()
  for _, row in ipairs(ONE_PLACE) do
    it("has " .. row[1], function()
      assert.same({ table.unpack(row, 3) }, having(sources.all, row[2], row.text))
    end)
  end
end)

describe("the runtime", function()
  it("makes no descriptor below 3", function()
    local wrong, makes = {}, {}
    for call in ([[open openat creat socket socketpair accept accept4 pipe pipe2 memfd_create eventfd signalfd
      timerfd_create epoll_create epoll_create1 inotify_init1 dup SYS_pidfd_open pidfd_open]]):gmatch "%S+" do
      makes[call] = true
    end
    for _, list in ipairs{ runtime, bindings } do
      for _, name in ipairs(list) do
        local text = code(name)
        for at, call in text:gmatch "%f[%w_]()([%w_]+)%(" do
          if makes[call == "syscall" and text:match("^syscall%(([%w_]+)", at) or call]
            and name ~= "runtime/base/standard.c" then
            local before = text:sub(math.max(1, at - 80), at - 1):gsub("%s*%(int%)%s*$", "")
            if not before:find "tl_standard_avoid%(%s*$" then wrong[#wrong + 1] = name .. ": " .. call end
          end
        end
      end
    end
    assert.same({}, wrong)
  end)

  it("never flushes what is other tasks'", function()
    for _, pattern in ipairs{ "fflush%s*%(%s*NULL%s*%)", "fflush%s*%(%s*0%s*%)", "fflush_unlocked%s*%(%s*NULL",
      "_flushlbf" } do
      assert.same({}, uses(sources.all, pattern))
    end
  end)

  it("has a number of its own for each status", function()
    local names = {}
    for name, number in read("runtime/public/status.h"):gmatch("(TL_[%u_]+) = (%-%d+)") do
      assert.equal(nil, names[number], name)
      names[number] = name
    end
    assert.truthy(names["-1"])
  end)

  it("shares no primitive of glibc that a killed waiter breaks", function()
    for _, word in ipairs{ "pthread_cond", "sem_init", "sem_t", "pthread_barrier" } do
      assert.same({}, uses(runtime, word))
    end
  end)

  it("keeps the robust mutex in one file, and the one of a process's threads in another", function()
    -- what tidelock_remote has lies in no shared memory
    assert.same({ "runtime/tasks/process_lock.c" }, uses(runtime, "pthread_mutex_%l+%s*%(", "runtime/tasks/life.c",
      "runtime/remote/mailbox.c", "runtime/remote/opening.c", "runtime/remote/session.c"))
  end)

  it("knows no Lua", function()
    for _, name in ipairs(runtime) do
      assert.falsy(read(name):find('#include [<"]l%l-%.h[>"]') and read(name):find("lua%.h"), name)
    end
    assert.same({}, uses(runtime, "lua_State"))
  end)

  it("knows nothing of the bindings", function()
    graph.each(function(a, b)
      assert.falsy(rooms.side_of(a) == "runtime" and rooms.side_of(b) == "bindings", a .. " -> " .. b)
    end)
  end)

  it("does not print, and does not exit but for a child that must not go on", function()
    assert.same({}, uses(runtime, "%f[%w_]printf%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]fprintf%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]abort%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]exit%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]_exit%s*%(", "runtime/process/process.c", "runtime/commands/exec.c",
      "runtime/simulate/ending.c"))
  end)
end)

describe("the world", function()
  -- Whoever includes it may tell it things; which one it is only these ask.
  it("is known to the rooms up to wait/ alone, and to those that make another", function()
    local may = { base = true, park = true, wait = true, simulate = true }
    for _, path in ipairs(runtime) do
      local asks = code(path):gsub("struct tl_world", ""):find "%f[%w_]tl_world%f[^%w_]"
      assert.truthy(not asks or may[rooms.room_of(path)], path)
    end
  end)
end)

-- tidelock_remote has both rooms of that name, the one called wire, and nothing else.
local function is_remote(...)
  for _, path in ipairs{ ... } do
    if rooms.room_of(path) ~= "remote" and rooms.room_of(path) ~= "wire" then return false end
  end
  return true
end

describe("a binding", function()
  it("includes nothing of the runtime but the public header", function()
    local wrong = {}
    for _, path in ipairs(bindings) do
      for header in read(path):gmatch('#include "([^"]+)"') do
        local found = graph.included(path, header)
        if not found or rooms.side_of(found) == "runtime" and found ~= "runtime/tidelock.h"
          and not is_remote(path, found) then
          wrong[#wrong + 1] = path .. ": " .. header
        end
      end
    end
    assert.same({}, wrong)
  end)

  it("calls nothing of the runtime but what that declares", function()
    local wrong = {}
    graph.each(function(a, b, why)
      if rooms.side_of(a) ~= "bindings" or rooms.side_of(b) ~= "runtime" or is_remote(a, b) then return end
      for symbol in why:gmatch "tl_[%w_]+" do
        if not exports.public[symbol] then wrong[#wrong + 1] = a .. ": " .. symbol end
      end
    end)
    assert.same({}, wrong)
  end)
end)

describe("tidelock_remote", function()
  it("calls nothing of the rest, nor does that call it", function()
    local wrong, in_both = {}, { ["runtime/base/standard.c"] = true, ["runtime/base/helper_thread.c"] = true }
    graph.each(function(a, b, why)
      local calls = why:gsub("#include,? ?", "")
      if is_remote(a) ~= is_remote(b) and calls ~= "" and not in_both[b] then
        wrong[#wrong + 1] = ("%s -> %s: %s"):format(a, b, calls)
      end
    end)
    assert.same({}, wrong)
  end)
end)

describe("a C test", function()
  it("is linked with the rooms in their order", function()
    local order = read ".ci/tests.mk"
    local function below(list, top) return table.concat(list, " "):match("^(.*) " .. top) end
    assert.equal(below(rooms.order.runtime, "program"), order:match "\nrooms%s*:= ([^\n]+)")
    assert.equal(below(rooms.order.bindings, "module"), order:match "\nlua_rooms%s*:= ([^\n]+)")
  end)
end)

-- Only the process that made one waits for it, so none of the table's tests can be made: see command_spec,
-- connection_spec, listener_spec and on_signal_spec.
local OWN = { command = true, stream = true, listener = true, connection = true, signal = true }

describe("every blocking call of the reference", function()
  it("has its row in the table of blocking calls", function()
    local rows = {}
    for _, row in ipairs(dofile "spec/support/blocking.lua") do rows[row.class .. ":" .. row.call] = true end
    local class, missing = nil, {}
    for line in read("bindings/tidelock.d.lua"):gmatch("[^\n]+") do
      class = line:match("^%-%-%-@class tidelock%.?([%w_%.]*)") or class
      local receiver, call, parameters = line:match("^function ([%w_]+)[:%.]([%w_]+)%((.-)%)")
      if call and parameters:find("timeout") and not OWN[receiver] and not rows[receiver:lower() .. ":" .. call] then
        missing[#missing + 1] = receiver:lower() .. ":" .. call
      end
    end
    assert.same({}, missing)
  end)
end)

describe("the module", function()
  it("takes little of the thread-local memory that a Lua which runs has left for modules", function()
    local pipe = io.popen(("readelf -lW %s"):format(package.searchpath("tidelock", package.cpath)))
    local size = tonumber(pipe:read "a":match "TLS%s+%S+%s+%S+%s+%S+%s+%S+%s+(%S+)")
    pipe:close()
    assert.truthy(size <= 1536, size) -- of 1664 in all, for all modules
  end)
end)
