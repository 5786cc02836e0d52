-- A pool of a program that has a place among the tasks of a space, too.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

describe("a pool of a program at work in a space", function()
  local name, space, path = ("spec-pool-%d"):format(ipc.getpid()), nil, nil

  -- The space's tasks have other numbers than the program's, as this one has a place there.
  setup(function()
    space = ipc.open(name)
    path = shell.run("ls /dev/shm/tidelock-*-" .. name):match("%S+")
  end)
  teardown(function() os.remove(path) end)

  local function run(code)
    space.queue("q")
    local out, err, status = shell.script(("local NAME, PATIENCE = %q, %d\n"):format(name, PATIENCE) .. [[
      local ipc = require "tidelock"
      local q = ipc.open(NAME).queue("q")
      local function there() q:put(1) q:get() end
    ]] .. code)
    assert.same({ "", 0 }, { err, status })
    return out
  end

  it("is used as ever", function()
    assert.equal("true\tone\t4\t9\tdone\n", run[[
      local pool = ipc.pool(2)
      local future = pool:submit(function() return "one" end)
      future:wait()
      there()
      local ready = future:is_ready()
      there()
      local state = tostring(future):match("%a+$")
      local next = pool:imap(function(x) there() return x * x end, { 2, 3 })
      there()
      local _, four = next()
      there()
      local _, nine = next()
      there()
      print(ready, future:get(), four, nine, state)
    ]])
  end)

  it("takes no living worker for a dead one", function()
    assert.equal("false\tat work\n", run[[
      local pool = ipc.pool(2)
      local pid = ipc.value(0)
      local dies = pool:submit(function() pid:set(ipc.getpid()) ipc.current():kill() ipc.sleep() end)
      while pid:get() == 0 do end
      local stat
      repeat -- until it is a zombie, by no call that would see to it
        local file = io.open("/proc/" .. pid:get() .. "/stat")
        stat = file and file:read("a") or "(gone) Z"
        if file then file:close() end
      until stat:find(") Z", 1, true)
      there()
      print(pcall(dies.get, dies, PATIENCE), pool:apply(function() return "at work" end))
    ]])
  end)

  it("gives jobs whose items are functions and objects", function()
    assert.equal("7\t7\n", run[[
      local pool, n = ipc.pool(1), ipc.value(7)
      local function get() return n:get() end
      print(table.unpack(pool:map(function(f) there() return f() end, { get, get }, 2)))
    ]])
  end)

  it("has its callbacks, and its dead replaced, while it waits there", function()
    assert.equal("by a callback\tby the second\n", run[[
      local pool, runs = ipc.pool{ workers = 1, retry = 1 }, ipc.value(0)
      local asleep = dofile "spec/support/asleep.lua"
      pool:apply_async(asleep, { "main" }, function() q:put("by a callback") end)
      local first = q:get(PATIENCE)
      pool:submit(function()
        if runs:add(1) == 1 then
          asleep("main")
          ipc.current():kill()
          ipc.sleep()
        end
        q:put("by the second")
      end)
      print(first, q:get(PATIENCE))
    ]])
  end)
end)
