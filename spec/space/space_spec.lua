-- Spaces: named objects that other programs find.
local ipc = require "tidelock"
local error_of = dofile "spec/support/error_of.lua"
local shell = dofile "spec/support/shell.lua"
local spaces = dofile "spec/support/spaces.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

local NAME = ("spec-%d"):format(ipc.getpid())

-- The space of this spec, empty.
local function open()
  local s = ipc.open(NAME, { functions = false })
  for _, o in ipairs(s:list()) do s:remove(o.name) end
  return s, NAME
end

describe("a space", function()
  teardown(function() os.remove(spaces.path_of(NAME)) end)

  it("is a file of mode 0600, there whole or not at all", function()
    local _, name = open()
    local pipe = io.popen("stat -c '%a %F' " .. spaces.path_of(name))
    assert.equal("600 regular file", pipe:read("l"))
    pipe:close()
  end)

  it("is a file of that mode under any umask", function()
    local name = NAME .. "-umask"
    local _, err = shell.script(([[
      local ipc = require "tidelock"
      ipc.open(%q)
    ]]):format(name), "umask 0377;")
    assert.equal("", err)
    local pipe = io.popen("stat -c %a " .. spaces.path_of(name))
    assert.equal("600", pipe:read("l"))
    pipe:close()
    os.remove(spaces.path_of(name))
  end)

  it("is the same when it is opened again", function()
    local s, name = open()
    assert.equal(s, ipc.open(name))
    assert.equal(name, s.name)
    assert.equal(('space "%s"'):format(name), tostring(s))
  end)

  it("has its objects found by name, by unrelated programs", function()
    local s, name = open()
    local q = s.queue("orders", 3)
    q:put{ dish = "soup", n = 1 }
    local out, err = spaces.program(name, [[
      local q = s.queue("orders")
      print(q.maxsize, q:get().dish)
      s.lock("till"):acquire()
      s.value("count", 5):add(2)
      q:put(s.lock("till"))
    ]])
    assert.equal("", err)
    assert.equal("3\tsoup\n", out)
    assert.equal(7, s.value("count"):get())
    local till = q:get(PATIENCE)
    assert.equal(s.lock("till"), till)
    local ok, why = till:acquire(PATIENCE)
    assert.same({ true, "abandoned" }, { ok, why }) -- the other program ended with it
  end)

  it("makes an object once, though eight programs ask at the same time", function()
    local s, name = open()
    local start, list = ipc.event(), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        start:wait()
        for i = 1, 50 do s.value("v" .. i, 0):add(1) end
      end)
    end
    start:set()
    tasks.succeed(list)
    for i = 1, 50 do assert.equal(8, s.value("v" .. i):get()) end
    assert.equal(50, #s:list())
    local programs = {}
    for n = 1, 8 do
      programs[n] = ipc.spawn(function()
        return select(3, spaces.program(name, "for i = 1, 50 do s.value('w' .. i, 0):add(1) end"))
      end)
    end
    for _, p in ipairs(programs) do assert.equal(0, p:result(PATIENCE)) end
    for i = 1, 50 do assert.equal(8, s.value("w" .. i):get()) end
  end)

  it("refuses another kind or size under a name that stands", function()
    local s = open()
    s.queue("orders", 3)
    assert.truthy(error_of(s.lock, "orders"):find(
      ('lock: in the space "%s" there is another under this name: queue#'):format(NAME), 1, true))
    assert.truthy(error_of(s.queue, "orders", 4):find("there is another"))
    assert.truthy(error_of(s.queue, "orders", { maxsize = 3, order = "lifo" }):find("there is another"))
    assert.equal(s.queue("orders"), s.queue("orders", { maxsize = 3 }))
    s.semaphore("seats", 4)
    assert.truthy(error_of(s.semaphore, "seats", 5):find("there is another"))
    s.array("a", "int32", 10)
    assert.truthy(error_of(s.array, "a", "int64", 10):find("there is another"))
    assert.equal(10, #s.array("a"))
    s.barrier("b", 2)
    assert.truthy(error_of(s.barrier, "b", 3):find("there is another"))
    s.buffer("bytes", 64)
    assert.truthy(error_of(s.buffer, "bytes", 65):find("there is another"))
    s.latch("l", 2)
    assert.truthy(error_of(s.latch, "l", 1):find("there is another"))
  end)

  it("has every kind of object", function()
    local s = open()
    local c = s.condition("c", s.lock("l"))
    assert.equal(c, s.condition("c", s.lock("l")))
    assert.truthy(error_of(s.condition, "c2", ipc.lock()):find("belongs elsewhere"))
    s.condition("c3"):with(function() end)
    s.rlock("r"):with(function() end)
    s.rwlock("rw"):with_write(function() end)
    s.event("e"):set()
    s.semaphore("s", 1):acquire()
    s.latch("la", 1):count_down()
    s.barrier("b", 1):wait()
    s.array("a", "double", { 1.5 })
    assert.equal(1.5, s.array("a")[1])
    s.buffer("bu", 8):write(1, "tide")
    assert.equal("tide", s.buffer("bu"):read(1, 4))
    local kinds = {}
    for _, o in ipairs(s:list()) do kinds[o.name] = o.kind end
    assert.same({ l = "lock", c = "condition", c3 = "condition", r = "rlock", rw = "rwlock", e = "event",
      s = "semaphore", la = "latch", b = "barrier", a = "array", bu = "buffer" }, kinds)
    assert.truthy(error_of(function() return s.pipe end):find("has no pipe; there are: array, barrier"))
  end)

  it("lists what is there all the time, once, while others come and go", function()
    local s, over = open(), ipc.event()
    for i = 1, 100 do s.value("v" .. i) end
    local others = ipc.spawn(function()
      local n = 0
      while not over:is_set() or n < 100 do
        n = n + 1
        s.event("e" .. n % 40)
        s:remove("e" .. n % 40)
      end
    end)
    for _ = 1, 300 do
      local seen = {}
      for _, o in ipairs(s:list()) do seen[o.name] = (seen[o.name] or 0) + 1 end
      for i = 1, 100 do assert.equal(1, seen["v" .. i]) end
    end
    over:set()
    assert.is_true(others:join(PATIENCE))
  end)

  it("keeps an object until its name is removed and nobody uses it", function()
    local s = open()
    local v = s.value("v", 1)
    assert.is_true(s:remove("v"))
    assert.is_false(s:remove("v"))
    assert.equal(2, v:add(1))
    assert.equal(10, s.value("v", 10):get())
    assert.equal(2, v:get())
  end)

  it("can be removed, and is new then", function()
    local out, err = spaces.program(NAME .. "-removed", [[
      s.value("v", 1)
      print((s:remove()), (s:remove()))
      local again = ipc.open(s.name)
      again:remove()
      print(s ~= again, again.value("v", 5):get(), s.value("v"):get())
    ]])
    assert.same({ "true\tfalse\ntrue\t5\t1\n", "" }, { out, err })
  end)

  it("takes no object of the program itself, and says where to make it", function()
    local q = open().queue("q")
    assert.truthy(error_of(q.put, q, { { l = ipc.lock() } }):find(
      "cannot send value[1].l: this lock belongs to the program alone; make it in the space, as s.lock(name)", 1, true))
    for _, object in ipairs{ (ipc.pipe()), ipc.current() } do
      assert.truthy(error_of(q.put, q, object):find("belongs to the program alone, and a space can have none", 1, true))
    end
    assert.equal(0, #q)
  end)

  it("lends its objects to the program's own queues, by name", function()
    local s = open()
    local mine = ipc.queue()
    mine:put{ s.lock("l"), s.queue("q") }
    local got = mine:get()
    assert.equal(s.lock("l"), got[1])
    assert.equal(s.queue("q"), got[2])
    local p = ipc.spawn(function() return s.event("e") end)
    assert.equal(s.event("e"), (p:result(PATIENCE)))
    mine:put(s.event("e"))
    s:remove("e")
    local why = error_of(mine.get, mine)
    assert.truthy(why:find('cannot receive the event "e" of the space "' .. NAME .. '": it was removed', 1, true), why)
  end)

  it("lends what is in it, though it was removed, to whom has it open", function()
    local out, err = spaces.program(NAME .. "-lends", [[
      local mine, old = ipc.queue(), s.lock("l")
      s:remove()
      local again = ipc.open(s.name)
      mine:put{ old, again.lock("l") }
      again:remove()
      local got = mine:get(0)
      print(old ~= again.lock("l"), got[1] == old, got[2] == again.lock("l"), got[1] ~= got[2])
      print(ipc.spawn(function() return old end):result(20) == old)
    ]])
    assert.same({ "true\ttrue\ttrue\ttrue\ntrue\n", "" }, { out, err })
  end)

  it("is not made anew for an object of one that was removed", function()
    local name = NAME .. "-gone"
    local out, err = shell.script(([[
      local ipc = require "tidelock"
      local mine, answers = ipc.queue(), ipc.queue()
      local early = ipc.spawn(function() answers:put{ pcall(mine.get, mine) } end)
      local s = ipc.open(%q)
      local l = s.lock("l")
      s:remove()
      mine:put(l)
      local answer = answers:get(20)
      print(answer[1], answer[2])
      early:join()
    ]]):format(name))
    assert.equal("", err)
    assert.truthy(out:find('^false\t.*lock "l" of the space "' .. name:gsub("%-", "%%-") .. '": it was removed'), out)
    assert.is_nil(io.open(spaces.path_of(name)))
  end)

  it("carries functions only where it was opened so", function()
    local s, name = open()
    local q = s.queue("q")
    assert.truthy(error_of(q.put, q, { f = function() end }):find("value.f: a function cannot leave its program, "
      .. "unless both sides opened the space with functions = true", 1, true))
    ipc.open(name, { functions = true })
    q:put(function() return 42 end)
    local _, err = spaces.program(name, 's.queue("q"):get()')
    assert.truthy(err:find("function", 1, true), err)
    q:put(function() return 42 end)
    local reader = 'local s = require "tidelock".open(%q, { functions = true })\nprint(s.queue("q"):get()())'
    local out = shell.script(reader:format(name))
    assert.equal("42\n", out)
  end)

  it("leaves the table of options as it was, and takes true or false alone", function()
    local _, name = open()
    local options = { functions = false }
    ipc.open(name, options)
    assert.same({ functions = false }, options)
    assert.truthy(error_of(ipc.open, name, { functions = "no" }):find("functions must be true or false, not a string"))
    assert.truthy(error_of(ipc.open, name, 1):find("functions must be true or false, not a number"))
    local q = ipc.open(name).queue("q")
    assert.is_false(pcall(q.put, q, function() end))
  end)

  it("tells of a cycle of its locks who is in it, by pid too", function()
    local s = open()
    local a, b, met = s.lock("a"), s.lock("b"), ipc.barrier(2)
    local function take(first, second)
      first:acquire()
      met:wait()
      return second:acquire()
    end
    local one, two = ipc.spawn(take, a, b), ipc.spawn(take, b, a)
    local _, why = one:result(PATIENCE)
    if not why or not why:find("deadlock") then _, why = two:result(PATIENCE) end
    for _, p in ipairs{ one, two } do
      assert.truthy(why:find(("%s (pid %d) holds "):format(p.name, p.pid), 1, true), why)
    end
  end)

  it("is full with a clear error, and nothing is lost", function()
    local name = NAME .. "-full"
    local out, err = spaces.program(name, [[
      local q, n = s.queue("q"), 0
      local ok, why = pcall(function() while true do q:put(("x"):rep(20000)) n = n + 1 end end)
      print(n == #q, why)
      print(select(2, pcall(s.buffer, "b", 1 << 30)))
      for i = 1, n do assert(#q:get() == 20000) end
      print(q:put(("x"):rep(20000)))
      s:remove()
    ]], "TIDELOCK_SPACE=8M")
    assert.equal("", err)
    assert.truthy(out:find('^true\t[^\n]*put: the space "' .. name:gsub("%-", "%%-") .. '" is full '
      .. '%(TIDELOCK_SPACE sets the size of a new one%), or /dev/shm is'), out)
    assert.truthy(out:find('buffer: larger than the space "', 1, true), out)
    assert.truthy(out:find("\ntrue\n$"), out)
  end)
end)
