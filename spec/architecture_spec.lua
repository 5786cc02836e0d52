-- The design's rules, read off the sources.
local LAYERS = { memory = 1, insight = 2, tasks = 3, wait = 4, store = 5, objects = 6 }

local function files(command)
  local pipe = assert(io.popen(command))
  local list = {}
  for name in pipe:lines() do list[#list + 1] = name end
  pipe:close()
  assert(#list > 0, command)
  return list
end

local function read(name)
  local file = assert(io.open(name))
  local text = file:read("a")
  file:close()
  return text
end

-- without comments and strings, where a word means nothing
local function code(name)
  return (read(name):gsub("/%*.-%*/", " "):gsub("//[^\n]*", " "):gsub('"[^"\n]*"', '""'))
end

local runtime = files("find runtime -name '*.[ch]' | sort")
local bindings = files("find bindings -name '*.[ch]' | sort")

-- every use of a pattern outside the files that may
local function uses(list, pattern, ...)
  local found, allowed = {}, {}
  for _, name in ipairs{ ... } do allowed[name] = true end
  for _, name in ipairs(list) do
    if not allowed[name] and code(name):find(pattern) then found[#found + 1] = name end
  end
  return found
end

describe("the runtime", function()
  it("includes only its own folder and those above it", function()
    local wrong = {}
    for _, name in ipairs(runtime) do
      local folder = name:match("^runtime/(%w+)/")
      for header in read(name):gmatch('#include "([^"]+)"') do
        local other = header:match("^(%w+)/")
        if folder and other and LAYERS[other] > LAYERS[folder] then wrong[#wrong + 1] = name .. ": " .. header end
        if folder and not other and header ~= "tidelock.h" and header ~= "status.h" then
          local own = io.open("runtime/" .. folder .. "/" .. header)
          if own then own:close() else wrong[#wrong + 1] = name .. ": " .. header end
        end
      end
    end
    assert.same({}, wrong)
  end)

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
            and name ~= "runtime/memory/standard.c" then
            local before = text:sub(math.max(1, at - 80), at - 1):gsub("%s*%(int%)%s*$", "")
            if not before:find "tl_standard_avoid%(%s*$" then wrong[#wrong + 1] = name .. ": " .. call end
          end
        end
      end
    end
    assert.same({}, wrong)
  end)

  it("never flushes what is other tasks'", function()
    for _, list in ipairs{ runtime, bindings } do
      assert.same({}, uses(list, "fflush%s*%(%s*NULL%s*%)"))
      assert.same({}, uses(list, "fflush%s*%(%s*0%s*%)"))
      assert.same({}, uses(list, "_flushlbf"))
    end
  end)

  it("knows no folder but the layers", function()
    for _, folder in ipairs(files("find runtime -mindepth 1 -type d -printf '%f\\n'")) do
      assert.truthy(LAYERS[folder], folder)
    end
  end)

  it("sleeps only in park, and for descriptors in descriptor", function()
    assert.same({}, uses(runtime, "SYS_futex", "runtime/wait/park.c"))
    assert.same({}, uses(runtime, "%f[%w_]poll%s*%("))
    assert.same({}, uses(runtime, "ppoll", "runtime/wait/descriptor.c"))
    assert.same({}, uses(runtime, "nanosleep", "runtime/objects/family.c")) -- in a signal handler, at the end
  end)

  it("has a number of its own for each status", function()
    local names = {}
    for name, number in read("runtime/status.h"):gmatch("(TL_[%u_]+) = (%-%d+)") do
      assert.equal(nil, names[number], name)
      names[number] = name
    end
    assert.truthy(names["-1"])
  end)

  it("reads time only in clock", function()
    assert.same({}, uses(runtime, "clock_gettime", "runtime/wait/clock.c"))
    assert.same({}, uses(runtime, "gettimeofday"))
  end)

  it("shares no primitive of glibc that a killed waiter breaks", function()
    for _, word in ipairs{ "pthread_cond", "sem_init", "sem_t", "pthread_barrier" } do
      assert.same({}, uses(runtime, word))
    end
  end)

  it("keeps the robust mutex in one file, and the one of a process's threads in another", function()
    assert.same({ "runtime/tasks/private.c" }, uses(runtime, "pthread_mutex_%l+%s*%(", "runtime/tasks/death.c"))
  end)

  it("knows no Lua", function()
    for _, name in ipairs(runtime) do
      assert.falsy(read(name):find('#include [<"]l%l-%.h[>"]') and read(name):find("lua%.h"), name)
    end
    assert.same({}, uses(runtime, "lua_State"))
  end)

  it("does not print, and does not exit but for a child that must not go on", function()
    assert.same({}, uses(runtime, "%f[%w_]printf%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]fprintf%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]abort%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]exit%s*%("))
    assert.same({}, uses(runtime, "%f[%w_]_exit%s*%(", "runtime/objects/process.c", "runtime/objects/spawn.c"))
  end)

  it("exports only names that start with tl_", function()
    local program = os.getenv("TIDELOCK") or "./tidelock"
    local folder = program:match("^(.*)/[^/]*$")
    if folder == "." then folder = "build/" .. _VERSION:match("%d.%d") end
    local wrong = {}
    for _, line in ipairs(files("find " .. folder .. "/runtime -name '*.o' | xargs nm --defined-only -g")) do
      local symbol = line:match("^%x+ %u ([%w_]+)$")
      if symbol and not symbol:find("^tl_") and not symbol:find("^_") then wrong[#wrong + 1] = symbol end
    end
    assert.same({}, wrong)
  end)

  it("has no file so long that it is more than one concept", function()
    for _, name in ipairs(runtime) do
      local _, lines = read(name):gsub("\n", "")
      assert.truthy(lines <= 500, name)
    end
  end)
end)

describe("a binding", function()
  it("includes nothing of the runtime but the public header", function()
    for _, name in ipairs(bindings) do
      for header in read(name):gmatch('#include "([^"]+)"') do
        local own = io.open("bindings/" .. header)
        if own then own:close() end
        assert.truthy(own or header == "tidelock.h" or header == "status.h", name .. ": " .. header)
      end
    end
  end)
end)

-- Only the process that made one waits for it, so none of the table's tests can be made: see command_spec and
-- channel_spec.
local OWN = { command = true, stream = true, listener = true, connection = true }

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
