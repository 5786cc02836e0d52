-- tidelock --trace: what is in the file, of runs of each kind.
local recording = dofile "spec/support/timeline/recording.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"
local sample = dofile "spec/support/timeline/trace_sample.lua"
local shell = dofile "spec/support/shell.lua"

local file, record, find, one, check = recording.file, recording.run, recording.find, recording.one, recording.check

describe("a trace", function()
  teardown(function() os.remove(file) end)

  it("written by hand is read as it was meant", function()
    local trace = reader.decode(sample.bytes())
    assert.equal("soup.lua", trace.title)
    assert.equal(7, #trace.spans)
    assert.equal(1002, trace.spans[6].message)
    assert.same({ 23600, 23600, "refused" }, { trace.spans[7].began, trace.spans[7].ended, trace.spans[7].result })
    assert.equal("main", trace.spans[1].waker.name)
    assert.equal(5100, trace.spans[1].called)
    assert.truthy(trace.whole)
    assert.falsy(reader.decode(sample.bytes(true)).whole)
  end)

  it("has each put with the get of the same message, and who ended a wait", function()
    local trace, err, status = record([[
      local ipc = require "tidelock"
      local soups, ready = ipc.queue{ name = "soups" }, ipc.event()
      local waiter = ipc.process{ name = "waiter", target = function() ready:set()
        for _ = 1, 3 do soups:get() end
      end }:start()
      ready:wait() while not tostring(soups):find "1 getting" do ipc.yield() end ipc.sleep(0.5)
      for n = 1, 3 do soups:put(n) end
      waiter:join()]])
    assert.equal(0, status, err)
    check(trace)
    local puts, gets = find(trace, "main", "put", "soups"), find(trace, "waiter", "get", "soups")
    assert.equal(3, #puts)
    assert.equal(3, #gets)
    for n = 1, 3 do
      assert.equal(n, puts[n].message)
      assert.equal(n, gets[n].message)
      assert.equal(7, puts[n].line)
    end
    assert.equal("main", gets[1].waker.name)
    assert.truthy(gets[1].waited > 0)
    assert.truthy(puts[1].began < gets[1].ended)
    assert.truthy(gets[1].called >= puts[1].began and gets[1].called <= puts[1].ended)
    assert.equal("main", reader.task(trace, "waiter").parent.name)
    assert.equal("process", one(trace, "main", "join").object.kind)
    assert.truthy(one(trace, "main", "sleep").waited >= 40000000)
    local operations = err:match("the trace is in " .. file:gsub("%p", "%%%0") .. ": (%d+) operations, none lost\n$")
    assert.equal(#trace.spans, tonumber(operations), err)
  end)

  it("has whatever a task gets and sends by turns, however far apart their messages are", function()
    local trace = record([[
      local ipc = require "tidelock"
      local old, new = ipc.queue{ name = "old" }, ipc.queue{ name = "new" }
      local mine, its = ipc.pipe{ name = "talk" }
      for n = 1, 30000 do old:put(n) old:get() end
      local relay = ipc.process{ name = "relay", target = function()
        for _ = 1, 5000 do new:put(old:get()) its:send(1) end
      end }:start()
      for n = 1, 5000 do old:put(n) new:get() mine:recv() end
      relay:join()]])
    check(trace)
    local sent = {}
    for _, span in ipairs(trace.spans) do
      if span.operation == "put" or span.operation == "send" then
        sent[span.object.name .. " " .. span.message] = span
      end
    end
    local last = { old = 0, new = 0, talk = 0 }
    for _, span in ipairs(trace.spans) do
      if span.operation == "get" or span.operation == "recv" then
        local name = span.object.name
        local of = assert(sent[name .. " " .. span.message], name)
        assert.truthy(of.began <= span.ended and of.task ~= span.task == (name ~= "old" or span.message > 30000))
        last[name] = math.max(last[name], span.message)
      end
    end
    assert.same({ old = 35000, new = 5000, talk = last.talk }, last)
    assert.equal(5000, last.talk // 2)
  end)

  it("tells the two directions of a pipe apart", function()
    local trace = record([[
      local ipc = require "tidelock"
      local mine, its = ipc.pipe{ name = "talk" }
      local echo = ipc.process{ name = "echo", target = function() its:send(its:recv()) end }:start()
      mine:send(1)
      mine:recv()
      echo:join()]])
    check(trace)
    local there, back = one(trace, "main", "send").message, one(trace, "echo", "send").message
    assert.equal(there, one(trace, "echo", "recv").message)
    assert.equal(back, one(trace, "main", "recv").message)
    assert.truthy(there ~= back)
  end)

  it("numbers the messages of an ordered queue, in whichever order they are got", function()
    local trace = record([[
      local ipc = require "tidelock"
      local q = ipc.queue{ order = "lifo" }
      for n = 1, 3 do q:put(n) end
      for _ = 1, 3 do q:get() end]])
    check(trace)
    for n, put in ipairs(find(trace, "main", "put")) do
      assert.equal(n, put.message)
      assert.equal(4 - n, find(trace, "main", "get")[n].message)
    end
  end)

  it("has an acquire without what is done with the lock", function()
    local trace = record([[
      local ipc = require "tidelock"
      local till = ipc.lock{ name = "till" }
      till:with(function() ipc.sleep(0.05) end)]])
    check(trace)
    local acquire, sleep = one(trace, "main", "acquire", "till"), one(trace, "main", "sleep")
    assert.truthy(acquire.ended <= sleep.began)
    assert.truthy(one(trace, "main", "release", "till").began >= sleep.ended)
  end)

  it("tells what was refused, and what raised", function()
    local trace = record([[
      local ipc = require "tidelock"
      local q, seats = ipc.queue(), ipc.semaphore{ value = 1, bounded = true }
      q:get(0)
      q:get(0.5)
      pcall(seats.release, seats)
      q:put(nil)
      q:get()]])
    check(trace)
    local gets = find(trace, "main", "get")
    assert.equal("refused", gets[1].result)
    assert.equal("refused", gets[2].result)
    assert.truthy(gets[2].waited > 0 and not gets[2].waker)
    assert.equal("done", gets[3].result)
    assert.equal("raised", one(trace, "main", "release").result)
  end)

  it("has what a function runs within the call that runs it", function()
    local trace = record([[
      local ipc = require "tidelock"
      local q, cell = ipc.queue(), ipc.value(1)
      cell:update(function(n) q:put(n) return n + 1 end)
      pcall(cell.update, cell, function() error "no" end)
      q:get()]])
    check(trace)
    local updates, put = find(trace, "main", "update"), one(trace, "main", "put")
    assert.truthy(updates[1].began <= put.began and put.ended <= updates[1].ended)
    assert.equal("done", updates[1].result)
    assert.equal("raised", updates[2].result)
    assert.truthy(updates[2].ended <= one(trace, "main", "get").began)
  end)

  it("has the objects of every kind, threads, pools and commands", function()
    local trace, err = record([[
      local ipc = require "tidelock"
      local gate, ready, turn = ipc.event{ name = "gate" }, ipc.barrier{ parties = 2, name = "ready" }, ipc.condition()
      local seats, done, open = ipc.semaphore{ value = 1, name = "seats" }, ipc.latch(1), ipc.value(0)
      local t = ipc.thread{ name = "helper", target = function()
        gate:wait()
        ready:wait()
        seats:acquire()
        seats:release()
        turn:acquire()
        open:set(1)
        turn:notify()
        turn:release()
        done:count_down()
      end }:start()
      turn:acquire()
      gate:set()
      ready:wait()
      while open:get() == 0 do turn:wait() end
      turn:release()
      done:wait()
      t:join()
      local pool = ipc.pool(2)
      pool:map(function(n) return n end, { 1, 2, 3 })
      pool:close()
      pool:join()
      ipc.command("true"):join()]])
    check(trace)
    assert.truthy(reader.task(trace, "helper").thread, err)
    assert.falsy(reader.task(trace, "main").thread)
    assert.equal(reader.task(trace, "main").pid, reader.task(trace, "helper").pid)
    for _, row in ipairs{ { "helper", "wait", "gate" }, { "helper", "wait", "ready" }, { "helper", "acquire", "seats" },
      { "helper", "notify", "condition" }, { "helper", "count_down", "latch" }, { "main", "set", "gate" },
      { "main", "wait", "latch" }, { "main", "map", "pool" }, { "main", "command" } } do
      one(trace, table.unpack(row))
    end
    assert.truthy(#find(trace, nil, "take") >= 3)
  end)

  it("has the lines and the waits of connections, commands and their streams, and of iterators", function()
    local trace, err, status = record([[
      local ipc = require "tidelock"
      local q, server = ipc.queue{ name = "q" }, ipc.listen("tcp:127.0.0.1:0")
      local function work()
        for _ in q:items() do end
        local c = ipc.connect(server.address)
        ipc.sleep(1)
        c:send("late")
      end
      local function start(how) return how{ name = "worker", target = work }:start() end
      local worker = start(ipc.process)
      q:put(1)
      q:close()
      local c = server:accept()
      c:recv()
      worker:join()
      local slow = ipc.command{ "sleep", "1" }
      slow:join()
      local echo = ipc.command{ "sh", "-c", "sleep 1; echo yes" }
      for _ in echo.stdout:lines() do end]])
    assert.equal(0, status, err)
    check(trace)
    assert.equal(4, find(trace, "worker", "get")[1].line)
    assert.equal(7, one(trace, "worker", "send").line)
    assert.equal(13, one(trace, "main", "accept").line)
    local recv, read = one(trace, "main", "recv"), find(trace, "main", "read")[1]
    local join = find(trace, "main", "join")[2]
    assert.same({ 14, 17, 19 }, { recv.line, join.line, read.line })
    for _, span in ipairs{ recv, join, read } do
      assert.truthy(span.slept and span.waited >= 40000000, span.operation)
      assert.equal("done", span.result)
    end
    for _, ending in ipairs(find(trace, nil, "end")) do assert.falsy(ending.line and ending.line > 0) end
  end)

  it("has the line of each call, also where code takes the place of other code, or C is between", function()
    local trace = record [[
      local ipc = require "tidelock"
      local q, texts = ipc.queue{ name = "q" }, {}
      for n = 0, 6 do texts[n] = ("\n"):rep(n) .. "local q = ... q:put(1)" end
      for n = 1, 800 do
        local f = load(texts[n % 7], "=chunk")
        f(q)
        f = nil
        collectgarbage() collectgarbage()
      end
      pcall(q.put, q, 1)
      pcall(q.put, q, 2)]]
    check(trace)
    local puts = find(trace, "main", "put", "q")
    for n = 1, 800 do
      assert.equal(n % 7 + 1, puts[n].line)
    end
    assert.same({ 10, 11 }, { puts[801].line, puts[802].line })
  end)

  it("has the line of a call by pcall, also where a call before it stood as deep", function()
    local trace = record [[
      local ipc = require "tidelock"
      local q = ipc.queue{ name = "q" }
      local function put(value) q:put(value) end
      for n = 1, 3 do put(n) end
      pcall(q.put, q, 4)
      for n = 5, 6 do put(n) end
      pcall(pcall, put, print)
      pcall(pcall, q.put, q, 7)]]
    check(trace)
    local lines = {}
    for n, put in ipairs(find(trace, "main", "put", "q")) do lines[n] = put.line end
    assert.same({ 3, 3, 3, 5, 3, 3, 8 }, lines)
  end)

  it("has the waits for commands of Lua's own", function()
    local trace = record [[
      require "tidelock"
      os.execute "sleep 0.5"
      io.popen("sleep 1"):close()]]
    check(trace)
    local joins = find(trace, "main", "join")
    assert.equal(2, #joins)
    assert.equal(2, joins[1].line)
    assert.truthy(joins[1].waited >= 20000000 and joins[2].slept)
  end)

  it("says which lock a condition was given", function()
    local trace = record [[
      local ipc = require "tidelock"
      local till = ipc.lock{ name = "till" }
      local change, own = ipc.condition{ lock = till, name = "change" }, ipc.condition{ name = "own" }
      for _, turn in ipairs{ change, own } do turn:with(function() turn:notify() end) end]]
    check(trace)
    local change, own = one(trace, "main", "notify", "change").object, one(trace, "main", "notify", "own").object
    assert.equal("till", change.lock.name)
    assert.equal("lock", change.lock.kind)
    assert.falsy(own.lock)
  end)

  it("tells no get before its put, and nobody to hold what another one holds", function()
    local trace = record [[
      local ipc = require "tidelock"
      local q, till = ipc.queue{ name = "q" }, ipc.lock{ name = "till" }
      local tasks = {}
      for n = 1, 3 do
        tasks[n] = ipc.spawn(function()
          for _ = 1, 1000 do
            q:put(n)
            till:acquire()
            till:release()
            q:get()
          end
        end)
      end
      for _, task in ipairs(tasks) do task:join() end]]
    check(trace)
    local began, held = {}, {}
    for _, put in ipairs(find(trace, nil, "put", "q")) do began[put.message] = put.began end
    for _, get in ipairs(find(trace, nil, "get", "q")) do assert.truthy(get.ended >= began[get.message]) end
    for _, span in ipairs(trace.spans) do
      local mine = span.object and span.object.name == "till" and span.task
      if mine and span.operation == "acquire" then mine.held = { span.ended }
      elseif mine then
        mine.held[2] = span.began
        held[#held + 1] = mine.held
      end
    end
    assert.equal(3000, #held)
    table.sort(held, function(a, b) return a[1] < b[1] end)
    for n = 2, #held do assert.truthy(held[n - 1][2] <= held[n][1], n) end
  end)

  it("has the objects of a space", function()
    local trace, err, status = record([[
      local ipc = require "tidelock"
      local space = ipc.open("trace-spec-" .. ipc.getpid())
      space.queue("orders", 2):put("soup")
      space.queue("orders"):get()
      space:remove()]])
    assert.equal(0, status, err)
    check(trace)
    local object = one(trace, "main", "put", "orders").object
    assert.matches("^trace%-spec%-%d+$", object.space)
    assert.equal(object, one(trace, "main", "get", "orders").object)
  end)

  it("is in the file as far as it goes, while the run goes on", function()
    local _, err, status = record(([[
      local ipc = require "tidelock"
      local q, deadline = ipc.queue(), ipc.now() + 30
      for n = 1, 10 do q:put(n) end
      repeat
        ipc.sleep(0.01)
        local file = io.open(%q, "rb")
        local size = file:seek "end"
        file:close()
        assert(ipc.now() < deadline, "the file stays empty")
      until size > 0]]):format(file))
    assert.equal(0, status, err)
  end)

  it("is named after the script, where the program runs", function()
    local folder = os.tmpname()
    os.remove(folder)
    local _, err, status = shell.run(("mkdir %s; cd %s; echo \"require 'tidelock'.yield()\" >a.b.lua; "
      .. "%s --trace a.b.lua && %s --trace -e \"require 'tidelock'.yield()\""):format(folder, folder, shell.tidelock,
        shell.tidelock))
    assert.equal(0, status, err)
    assert.equal("a.b.lua", reader.read(folder .. "/a.b.tltrace").title)
    assert.truthy(err:find("the trace is in a.b.tltrace: 2 operations, none lost", 1, true), err)
    assert.equal("tidelock", reader.read(folder .. "/tidelock.tltrace").title)
    os.execute("rm -r " .. folder)
  end)

  it("takes few bytes", function()
    local trace = record [[
      local ipc = require "tidelock"
      local q = ipc.queue()
      for _ = 1, 4000 do q:put(1) q:get() end]]
    local handle = assert(io.open(file))
    local size = handle:seek "end"
    handle:close()
    assert.equal(8000, #find(trace, "main", "put") + #find(trace, "main", "get") + trace.lost)
    assert.truthy(size < 8000 * 25, size)
  end)
end)
