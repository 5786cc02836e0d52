-- What misuse says: at the caller's line, what it is about, and what to do instead.
local ipc = require "tidelock"

local s = dofile "spec/support/space.lua"
local nan = 0 / 0

-- The function raises at its own line, and what it says begins with the text.
local function says(text, f)
  local ok, why = pcall(f)
  assert.is_false(ok, text)
  local where = ("spec/lua/misuse_spec.lua:%d: "):format(debug.getinfo(f, "S").linedefined)
  assert.equal(where .. text, tostring(why):sub(1, #where + #text))
end

describe("misuse", function()
  it("is told by the call that was made", function()
    says("spawn: the function to run is expected first, not nil", function() ipc.spawn(nil) end)
    says('spawn: unknown option "foo"; there are: target', function() ipc.spawn{ target = print, foo = 1 } end)
    says("process: args must be a list, not a number", function() ipc.process{ target = print, args = 1 } end)
    says("thread: target must be the function to run, not nil", function() ipc.thread{} end)
    says("pool: initargs must be a list, for an initializer", function() ipc.pool{ initargs = {} } end)
  end)

  it("tells a number from its text", function()
    says("queue: maxsize must be an integer from 0 to 268435456, not \"3\"", function() ipc.queue("3") end)
    says("pool: workers must be an integer from 1 to 1024, not \"2\"", function() ipc.pool("2") end)
    local q = ipc.queue{ order = "priority", name = "ward" }
    local why = select(2, pcall(q.put, q, 1, { priority = "5" }))
    assert.truthy(why:find('"ward": put: the priority must be a number, not "5"', 1, true), why)
  end)

  it("is told of the object, also by those that stay in their process", function()
    local l = ipc.listen "tcp:127.0.0.1:0"
    local c = assert(ipc.connect(l.address))
    local about = "connection " .. l.address
    says("listener at " .. l.address .. ": accept: the timeout is not a number (NaN)", function() l:accept(nan) end)
    says(about .. ": recv: the timeout must be a number of seconds or nil, not a table", function() c:recv{} end)
    says(about .. ": send: the timeout is not a number (NaN)", function() c:send(1, nan) end)
    says(about .. ": poll: the timeout must be", function() c:poll("1") end)
  end)

  it("is told of a future, not of its pool", function()
    local pool = ipc.pool(1)
    local f = pool:submit(function() end)
    says("future: get: the timeout is not a number (NaN)", function() f:get(nan) end)
    says("future: wait: the timeout must be a number of seconds or nil, not a string", function() f:wait("1") end)
    says('future: the field "x" cannot be set', function() f.x = 1 end)
    pool:terminate()
  end)

  it("names what came in place of an object, though pcall made the call", function()
    local q, c = ipc.queue(), ipc.command "true"
    says("put: queue expected, got rwlock (was it called with ':'?)", function() q.put(ipc.rwlock(), 1) end)
    says("queue expected, got no value (was it called with ':'?)", function() error(select(2, pcall(q.put)), 0) end)
    says("accept: listener expected, got queue", function() ipc.listen "tcp:127.0.0.1:0".accept(q) end)
    says("command expected, got number", function() error(select(2, pcall(c.join, 1)), 0) end)
    says("read: stream expected, got command", function() c.stdout.read(c) end)
    local held = ipc.lock():hold()
    says("release: what hold returned expected, got no value", function() held.release() end)
  end)

  it("of a list or a field says what can be done", function()
    local q, v = ipc.queue(), ipc.value(1)
    says("wait: a list of objects is expected, such as { q, p }, not a queue", function() ipc.wait(q, 0) end)
    says(tostring(v):match("^[^:]*") .. ': the field "value" cannot be set; an object is changed by its methods',
      function() v.value = 4 end)
  end)

  it("of a condition says which lock it can have", function()
    says("condition: the lock must be one of ipc.lock, not a number", function() ipc.condition(3) end)
    says("condition: the lock must be one of ipc.lock, not an rlock", function() ipc.condition(ipc.rlock()) end)
    says("condition: the lock belongs elsewhere; make it", function() s.condition("misuse-c", ipc.lock()) end)
    says("condition: the lock belongs elsewhere; make it", function() ipc.condition(s.lock "misuse-l") end)
    assert.truthy(s.condition("misuse-c", s.lock "misuse-l"))
  end)

  it("of a space says how to have it elsewhere", function()
    local q = ipc.queue{ name = "post" }
    local why = select(2, pcall(q.put, q, { s }))
    assert.truthy(why:find("cannot send value[1]: a space cannot leave its process; open it there, or send its objects",
      1, true), why)
    says(('queue: space "%s": call it with \'.\', not \':\''):format(s.name), function() s:queue("q") end)
    says("list: a space is expected, as ipc.open returns it (was it called with ':'?)", function() s.list() end)
    says(('queue: space "%s": the name must be a string, not nil'):format(s.name), function() s.queue() end)
  end)

  it("of a name that the module has not tells the one that is like it", function()
    says("there is no ipc.Queue; did you mean ipc.queue?", function() ipc.Queue() end)
    says("there is no ipc.cpu_cuont; did you mean ipc.cpu_count?", function() return ipc.cpu_cuont end)
    says("there is no ipc.semaph; did you mean ipc.semaphore?", function() return ipc.semaph end)
    says("there is no ipc.mutex; there are: always, array, b", function() return ipc.mutex() end)
    says("there is no ipc.1; there are: ", function() return ipc[1] end)
    assert.is_nil(rawget(ipc, "mutex"))
    local ok, why = ipc.thread(function() return pcall(function() return ipc.Lock end) end):start():result()
    assert(not ok and why:find("did you mean ipc.lock?", 1, true), why)
  end)

  it("of a name that a space has not does so too", function()
    says(('space "%s": has no Queue; did you mean queue?'):format(s.name), function() s.Queue "q" end)
    says(('space "%s": has no semaphor; did you mean semaphore?'):format(s.name), function() s.semaphor "q" end)
    says(('space "%s": has no pipe; there are: array, '):format(s.name), function() s.pipe "q" end)
  end)

  it("tells objects from what Lua calls the same", function()
    local t, l, p = ipc.table(), ipc.lock(), ipc.thread(function() end)
    says("get: shared table expected, got table (was it called with ':'?)", function() t.get({}, "k") end)
    says("acquire: lock expected, got space (was it called with ':'?)", function() l.acquire(s) end)
    local co = coroutine.create(print)
    says("join: process expected, got coroutine (was it called with ':'?)", function() p.join(co) end)
  end)

  it("names what was given as one would", function()
    local v, a, e = ipc.value(1), ipc.array("int8", 1), ipc.event()
    local function told(given, ...)
      local why = select(2, pcall(v.set, v, ...))
      assert(why:find("set: a number is expected, not " .. given .. "$"), why)
    end
    told("nil", nil)
    told("an array", a)
    told("an event", e)
    told("a shared value", v)
    told("a shared table", ipc.table())
    told("a table", {})
    told("a coroutine", coroutine.create(print))
    told("a userdata", debug.upvalueid(told, 1))
    assert.matches("set: a number is expected, not nil$", select(2, pcall(v.set, v)))
  end)

  it("of a value used as a number says how it is read", function()
    local v = ipc.value(1)
    for _, f in ipairs{ function() return v + 1 end, function() return 2 * v end, function() return v < 3 end,
        function() return v .. "" end, function() return -v end, function() return v() end } do
      local ok, why = pcall(f)
      assert.is_false(ok)
      assert.matches("^spec/lua/misuse_spec.lua:%d+: value#%d+: it is no number itself: read it by v:get%(%)", why)
    end
    assert.is_false(v == ipc.value(1))
  end)

  it("of a port says which there are", function()
    for _, port in ipairs{ "99999", "65536", "-1", "http", "" } do
      says(("listen: tcp:127.0.0.1:%s: this is no address; write"):format(port),
        function() ipc.listen("tcp:127.0.0.1:" .. port) end)
      assert.matches("with a port from 0 to 65535$", select(2, pcall(ipc.connect, "tcp:127.0.0.1:" .. port)))
    end
  end)

  it("shows of a long text its beginning, in whole letters", function()
    local long = ("é"):rep(50000)
    local q, a, c = ipc.queue(), ipc.array("int8", 1), ipc.command{ "true" }
    for _, f in ipairs{
      function() ipc.queue(long) end, function() ipc.array(long, 1) end, function() ipc.queue{ [long] = 1 } end,
      function() q:put(1, { [long] = 1 }) end, function() q[long] = 1 end, function() return q[long] end,
      function() return a:add(long, 1) end, function() return c[long] end, function() return ipc[long] end,
      function() ipc.table():set("k", 1, { [long] = 1 }) end, function() ipc.current()[long] = 1 end,
    } do
      local why = select(2, pcall(f))
      assert(why:find("éé...", 1, true) and #why < 700, why:sub(1, 900))
      assert(utf8.len(why), why)
    end
  end)

  it("does not stumble over what a value says of itself", function()
    local odd = setmetatable({}, { __tostring = function() error "odd" end, __len = function() return 2.5 end })
    local a = ipc.array("int8", 1)
    says("queue: maxsize must be an integer from 0 to 268435456, not table", function() ipc.queue(odd, nil) end)
    says("array: the type must be ", function() ipc.array(odd, 1) end)
    says(a and tostring(a):match "^array#%d+" .. ": the index must be an integer from 1 to 1, not table",
      function() a[odd] = 1 end)
    says("wait: the length of a list must be an integer, and its __len gives 2.5", function() ipc.wait(odd) end)
    says("array: the length of a list must be an integer", function() ipc.array("int8", odd) end)
    local q = ipc.queue{ name = "odd" }
    local why = select(2, pcall(function() q:put_many(odd) end))
    assert.matches('"odd": put_many: the length of a list must be an integer', why)
  end)

  it("of options names what was given and what there is", function()
    local q, t = ipc.queue(), ipc.table()
    local function why(f) return select(2, pcall(f)) end
    assert.matches('put: unknown option "7"; there are: timeout, priority$', why(function() q:put(1, { [7] = 1 }) end))
    assert.matches('set: unknown option "7"; there are: ttl$', why(function() t:set("k", 1, { [7] = 1 }) end))
    assert.matches("add: what is to be added must be a number, not nil$", why(function() t:add "k" end))
    assert.matches("set: the options must be a table, not a queue$", why(function() t:set("k", 1, q) end))
    local e = ipc.event()
    says("receive: a list of objects is expected, such as { q, p }, not an event", function() ipc.receive(e) end)
    says("pool: initargs.n must be an integer from 0 to 200000, not 1099511627776",
      function() ipc.pool{ workers = 1, initializer = print, initargs = { n = 1 << 40 } } end)
    says("pool: initargs.n must be an integer from 0 to 200000, not -7",
      function() ipc.pool{ workers = 1, initializer = print, initargs = { n = -7 } } end)
  end)
end)
