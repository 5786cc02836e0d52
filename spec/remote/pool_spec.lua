-- A pool whose workers are other programs: tidelock worker.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 30

if engine.missing then
  describe("a far pool", function() it("finds a server", function() pending(engine.missing) end) end)
  return
end

local MODULE = [[
local ipc = require "tidelock"
local chef = { more = {} }
function chef.cook(n) return n * 2, n end
function chef.burn(n) error("burnt " .. n) end
function chef.refuse() error { code = 7 } end
function chef.sleep(s, v) ipc.sleep(s) return v end
function chef.die() os.execute("kill -9 " .. ipc.getpid()) ipc.sleep(60) end
function chef.leave() os.exit(0) end
function chef.more.deep(...) return select("#", ...), ... end
function chef.closure() return function() end end
function chef.count(v, n) v:add(n) return n end
return chef
]]

describe("a far pool", function()
  local folder, chef, space, pool, worker

  local function write(name, text)
    files.write(folder .. "/" .. name .. ".lua", text)
  end

  local function start_worker(options)
    local command = { shell.tidelock, "worker", "--allow", "chef", table.unpack(options) }
    command.env, command.stderr = { LUA_PATH = folder .. "/?.lua;;" }, "null"
    return ipc.command(command)
  end

  local function await_workers(count)
    local deadline = ipc.now() + PATIENCE
    while pool.workers ~= count do
      assert(ipc.now() < deadline, "the workers do not come")
      ipc.sleep(0.02)
    end
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
    write("chef", MODULE)
    package.path = folder .. "/?.lua;" .. package.path
    chef = require "chef"
    space = ipc.open(engine.shared():address "pools")
    pool = space.pool("pool", { retry = 1 })
    worker = start_worker{ "--processes", "2", engine.shared():address "pools" }
    await_workers(2)
  end)

  teardown(function()
    worker:terminate()
    worker:join(PATIENCE)
    package.loaded.chef = nil
    package.path = package.path:sub(#folder + 8)
    os.execute("rm -rf " .. folder)
  end)

  it("runs functions of modules, and gives results in order", function()
    assert.same({ 2, 4, 6, 8, 10 }, pool:map(chef.cook, { 1, 2, 3, 4, 5 }))
    assert.same({ 2, 4, 6, 8, 10 }, pool:map(chef.cook, { 1, 2, 3, 4, 5 }, 2))
    assert.same({}, pool:map(chef.cook, {}))
    assert.same({ 2, 0 }, pool:starmap(chef.more.deep, { { 1, 2 }, {} }))
    assert.same({ 8, 4 }, { pool:apply(chef.cook, 4) })
    assert.same({ 3, nil, false, nil, n = 4 }, table.pack(pool:apply(chef.more.deep, nil, false, nil)))
  end)

  it("has no more on the server than its workers need, however long the list", function()
    local wide, list, sum = space.pool "wide", {}, 0
    for i = 1, 1000 do list[i] = i end
    local p = ipc.spawn(function() return pool.map(wide, chef.cook, list, 1) end)
    local deadline = ipc.now() + PATIENCE
    local function collects()
      for _, member in ipairs(space:members()) do
        for _, task in ipairs(member.tasks) do
          if task.waits and task.waits:find('collect pool "wide"', 1, true) then return true end
        end
      end
    end
    while not collects() do
      assert(ipc.now() < deadline, "nothing is given")
      ipc.sleep(0.01)
    end
    assert.truthy(tostring(wide):find(": 256 waiting", 1, true), tostring(wide))
    local helper = start_worker{ "--pool", "wide", "--processes", "2", engine.shared():address "pools" }
    for _, doubled in ipairs(p:result(PATIENCE)) do sum = sum + doubled end
    assert.equal(1001000, sum)
    local ok, why = pcall(wide.starmap, wide, chef.cook, { { 1 }, 2 }, 1)
    assert.is_false(ok)
    assert.truthy(why:find("item 2 of the list must be a list of arguments", 1, true), why)
    wide:close()
    assert.is_true(helper:join(PATIENCE))
    space:remove "wide"
  end)

  it("gives results as they come", function()
    local got = {}
    for i, r in pool:imap(chef.cook, { 5, 6, 7 }) do got[i] = r end
    assert.same({ 10, 12, 14 }, got)
    got = {}
    local n = 0
    local function source()
      n = n + 1
      return n <= 40 and n or nil
    end
    for i, r in pool:imap_unordered(chef.cook, source, 3) do got[i] = r end
    for i = 1, 40 do assert.equal(2 * i, got[i]) end
    assert.equal(40, #got)
  end)

  it("raises what a task raised, and stops what has not begun", function()
    local ok, why = pcall(pool.apply, pool, chef.burn, 3)
    assert.is_false(ok)
    assert.truthy(why:find 'pool_spec.lua:%d+: pool "pool" at %S+: apply: worker %S+: %S+/chef.lua:4: burnt 3\nstack')
    assert.is_nil(why:find "bindings/remote")
    ok, why = pcall(pool.apply, pool, chef.refuse)
    assert.is_false(ok)
    assert.same({ code = 7 }, why)
    local started = space.value("started", 0)
    started:set(0)
    ok = pcall(pool.starmap, pool, chef.count, { { started, "x" }, { started, 1 } }, 1)
    assert.is_false(ok)
    local list = {}
    for i = 1, 200 do list[i] = "x" end
    ok, why = pcall(pool.map, pool, chef.burn, list, 1)
    assert.is_false(ok)
    assert.truthy(why:find "burnt x")
    assert.same({ 2 }, pool:map(chef.cook, { 1 }))
  end)

  it("refuses what is code, and says the way out", function()
    local n = 3
    local ok, why = pcall(pool.map, pool, function(x) return x + n end, { 1 })
    assert.is_false(ok)
    assert.truthy(why:find 'map: the function of %S*pool_spec.lua:%d+ cannot go to another machine %(it captures n%): '
      .. 'put it in a module and pass module.fn')
    ok, why = pcall(pool.apply, pool, chef.closure())
    assert.is_false(ok)
    assert.truthy(why:find "cannot go to another machine")
    ok, why = pcall(pool.apply, pool, print)
    assert.is_false(ok)
    assert.truthy(why:find "a C function cannot go")
    ok, why = pcall(pool.submit, pool, 3)
    assert.is_false(ok)
    assert.truthy(why:find "submit: a function is expected, not a number")
    ok, why = pcall(pool.apply, pool, chef.cook, function() end)
    assert.is_false(ok)
    assert.truthy(why:find "cannot send")
  end)

  it("runs nothing that its workers do not allow, and no other version", function()
    write("other", "local other = {} function other.run() return 1 end return other")
    local other = require "other"
    local ok, why = pcall(pool.apply, pool, other.run)
    assert.is_false(ok)
    assert.truthy(why:find "may not run other:run: its %-%-allow does not name other")
    write("chef", MODULE .. " -- changed here, after the digest was taken")
    ok, why = pcall(pool.apply, pool, chef.more.deep, 1) -- known by its name already: the worker's source has changed
    write("chef", MODULE)
    assert.is_false(ok)
    assert.truthy(why:find "has another chef.lua %(%x+… here, %x+… there%)")
    package.loaded.other = nil
  end)

  it("has futures, which ipc.wait takes", function()
    local slow, fast = pool:submit(chef.sleep, 2, "slow"), pool:submit(chef.sleep, 0, "fast")
    local near = ipc.event()
    assert.same({ fast }, ipc.wait({ slow, fast, near }, PATIENCE))
    assert.same({ nil, "timeout" }, { slow:get(0.01) })
    assert.equal("fast", fast:get())
    assert.is_true(slow:wait(PATIENCE))
    assert.is_true(slow:is_ready())
    assert.is_true(slow:is_ok())
    assert.equal("slow", slow:get(0))
    assert.equal("future: done", tostring(slow))
    local bad = pool:submit(chef.burn, 1)
    bad:wait(PATIENCE)
    assert.is_false(bad:is_ok())
    assert.has_error(function() bad:get() end)
  end)

  it("has futures that ipc.wait hears of, with near objects too, behind the result of another", function()
    local slow, near = pool:submit(chef.sleep, 2, "slow"), ipc.event()
    pool:submit(chef.cook, 1)
    local deadline = ipc.now() + PATIENCE
    while not tostring(pool):find("0 waiting, 1 running", 1, true) and ipc.now() < deadline do ipc.sleep(0.01) end
    assert.same({ slow }, ipc.wait({ slow, near }, PATIENCE))
  end)

  it("has futures of many", function()
    local many, near = pool:map_async(chef.cook, { 1, 2, 3 }, 1), ipc.event()
    assert.same({ many }, ipc.wait({ near, many }, PATIENCE))
    assert.same({ true, true, { 2, 4, 6 } }, { many:is_ready(), many:is_ok(), many:get() })
    assert.is_false(many:cancel())
    local slow = pool:map_async(chef.sleep, { 60, 60, 60 }, 1)
    assert.same({ nil, "timeout" }, { slow:get(0.01) })
    assert.is_true(slow:cancel())
    local ok, why = pcall(slow.get, slow, PATIENCE)
    assert.is_false(ok)
    assert.truthy(why:find("get: cancelled", 1, true), why)
    await_workers(2)
  end)

  it("takes as many arguments as n says, and refuses an n that is no count", function()
    assert.equal(3, (pool:apply_async(chef.more.deep, { 1, n = 3.0 }):get(PATIENCE)))
    assert.same({ 2 }, pool:starmap(chef.more.deep, { { nil, nil, n = 2 } }))
    for _, n in ipairs{ 1 << 40, -1, 2.5, "2" } do
      local ok, why = pcall(pool.apply_async, pool, chef.more.deep, { n = n })
      assert.is_false(ok)
      assert.matches("^spec/remote/pool_spec.lua:%d+: .*the arguments' n must be an integer from 0 to 200000", why)
      ok, why = pcall(pool.starmap, pool, chef.more.deep, { { n = n } })
      assert.is_false(ok)
      assert.matches("item 1's n must be an integer from 0 to 200000, not ", why)
    end
  end)

  it("calls back while its owner waits for it", function()
    local got = {}
    pool:apply_async(chef.cook, { 3 }, function(...) got[#got + 1] = { ... } end)
    pool:map_async(chef.cook, { 1, 2 }, 1, function(list) got[#got + 1] = list end)
    local bad = pool:apply_async(chef.burn, { 3 }, nil, function(why) got[#got + 1] = why:match "burnt %d" end)
    bad:wait(PATIENCE)
    while #got < 3 do pool:apply(chef.cook, 1) end
    table.sort(got, function(a, b) return tostring(a) < tostring(b) end)
    assert.equal(3, #got)
  end)

  it("may give many in a callback, and wait for them", function()
    local p = ipc.spawn(function()
      local got
      pool:apply_async(chef.cook, { 1 }, function()
        local results, list = pool:map(chef.cook, { 1, 2, 3 }, 1), pool:map_async(chef.cook, { 4 }):get()
        local _, why = pcall(pool.map, pool, chef.burn, { 5, 5, 5 }, 1)
        got = { results, list, why:match "burnt %d" }
      end):wait()
      return got
    end)
    local got = p:result(PATIENCE)
    p:kill()
    assert.same({ { 2, 4, 6 }, { 8 }, "burnt 5" }, got)
  end)

  it("runs a task again whose worker died, and not for ever", function()
    local ok, why = pcall(pool.apply, pool, chef.die)
    assert.is_false(ok)
    assert.truthy(why:find "its worker died: worker%-%d %(pid %d+")
    await_workers(2)
    ok, why = pcall(pool.apply, pool, chef.leave)
    assert.is_false(ok)
    assert.truthy(why:find "its worker died")
    await_workers(2)
    assert.same({ 2, 4 }, pool:map(chef.cook, { 1, 2 }))
  end)

  it("cancels what waits and what runs, and hits no other task", function()
    local running = { pool:submit(chef.sleep, 60), pool:submit(chef.sleep, 60) }
    local deadline = ipc.now() + PATIENCE
    while not tostring(pool):find "2 running" do
      assert(ipc.now() < deadline, tostring(pool))
      ipc.sleep(0.02)
    end
    local waiting, after = pool:submit(chef.cook, 1), pool:submit(chef.cook, 2)
    assert.is_true(waiting:cancel())
    for _, future in ipairs(running) do assert.is_true(future:cancel()) end
    for _, future in ipairs{ waiting, running[1], running[2] } do
      local ok, why = pcall(future.get, future, PATIENCE)
      assert.is_false(ok)
      assert.truthy(why:find "cancelled")
    end
    assert.equal(4, (after:get(PATIENCE)))
    assert.is_false(after:cancel())
    await_workers(2)
  end)

  it("lets who submits wait for room", function()
    local small = space.pool("small", { queue = 1 })
    local first = small:submit(chef.cook, 1)
    assert.same({ nil, "full" }, { small:try_submit(chef.cook, 2) })
    local helper = start_worker{ "--pool", "small", "--processes", "1", engine.shared():address "pools" }
    assert.equal(4, (small:submit(chef.cook, 2):get(PATIENCE)))
    assert.equal(2, (first:get(PATIENCE)))
    assert.has_error(function() small:join() end)
    small:close()
    assert.is_true(small:join(PATIENCE))
    local ok, why = pcall(small.submit, small, chef.cook, 1)
    assert.is_false(ok)
    assert.truthy(why:find "it was closed: remove it")
    assert.is_true(helper:join(PATIENCE)) -- a worker ends where its pool was closed
    assert.equal(0, helper.exitcode)
    space.list(space)
    space:remove "small"
  end)

  it("counts each result once though workers are killed", function()
    local count, list = 400, {}
    for i = 1, count do list[i] = i end
    local killed = space.value("killed", 0)
    local killer = ipc.spawn(function(pid)
      for _ = 1, 8 do
        ipc.sleep(0.05)
        os.execute(("pkill -9 -n -P %d"):format(pid))
        killed:add(1)
      end
    end, worker.pid)
    local storm = space.pool("pool", { retry = 1 })
    local results = {}
    local good, why = pcall(function()
      for i, r in storm:imap_unordered(chef.cook, list, 1) do results[#results + 1] = i * 2 == r and i end
    end)
    killer:join()
    if not good then assert.truthy(why:find "its worker died", why) end -- both runs of one task were hit
    local seen = {}
    for _, i in ipairs(results) do
      assert.is_nil(seen[i])
      seen[i] = true
    end
    if good then assert.equal(count, #results) end
    assert.equal(8, killed:get())
    await_workers(2)
  end)
end)

describe("tidelock worker", function()
  it("begins another process at once where one dies, and does not look at its other ones later for that", function()
    local folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
    files.write(folder .. "/sous.lua", MODULE)
    package.path = folder .. "/?.lua;" .. package.path
    local sous = require "sous"
    local space = ipc.open(engine.shared():address "deaths")
    local pool = space.pool("pool", { retry = 60 })
    local worker = ipc.command{ shell.tidelock, "worker", "--allow", "sous", "--processes", "2",
      engine.shared():address "deaths", env = { LUA_PATH = folder .. "/?.lua;;" }, stderr = "null" }
    local long, deadly = pool:submit(sous.sleep, 8), pool:submit(sous.die)
    assert.same({ deadly }, ipc.wait({ long, deadly }, PATIENCE)) -- 61 deaths
    assert.is_false(deadly:is_ok())
    pool:terminate()
    worker:terminate()
    worker:join(PATIENCE)
    package.path = package.path:sub(#folder + 8)
    os.execute("rm -rf " .. folder)
  end)

  it("says what is wrong", function()
    local _, err, status = shell.run(shell.tidelock .. " worker redis+unix:/no/socket/x")
    assert.truthy(err:find "say whose functions it may run")
    assert.equal(2, status)
    _, err, status = shell.run(shell.tidelock .. " worker --allow chef redis+unix:/no/such/socket/x")
    assert.truthy(err:find "/no/such/socket", err)
    assert.is_nil(err:find "stack traceback")
    assert.equal(1, status)
    _, err = shell.run(shell.tidelock .. " worker --allow chef -")
    assert.truthy(err:find "TIDELOCK_WORKER, which is not set")
    _, err, status = shell.run(shell.tidelock .. " worker --allow chef kitchen")
    assert.truthy(err:find("kitchen: a space of this machine has no pools; give the address of a server", 1, true), err)
    assert.equal(2, status)
  end)

  it("that waits says which pools there are, and which of its modules are not", function()
    local address = engine.shared():address "other-pools"
    ipc.open(address).pool "cooks"
    local worker = ipc.command{ shell.tidelock, "worker", "--allow", "no_such_module", address, stderr = "pipe" }
    local missing, waits = worker.stderr:read(nil, PATIENCE), ""
    while missing and not waits:find "choose" do
      waits = waits .. assert(worker.stderr:read(nil, PATIENCE))
    end
    worker:terminate()
    worker:join(PATIENCE)
    local text = missing .. waits
    assert.truthy(text:find('there is no module "no_such_module"', 1, true), text)
    assert.truthy(text:find('there is "cooks": choose by --pool NAME', 1, true), text)
  end)
end)
