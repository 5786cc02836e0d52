-- The scenarios check themselves: each must end by itself, with status 0, and leave nothing behind.
local files = dofile "spec/support/files.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"

-- what must be seen, besides status 0
local scripts = {
  { "tickets.lua 4 2", "2 of 2 tickets sold to 4 buyers, the file says that 0 are left" },
  { "tickets.lua 10 1 --no-lock", "10 of 1 tickets sold" },
  { "sale.lua", "rank 10: customer with pid %d+" },
  { "kitchen.lua", "20 dishes eaten" },
  { "kitchen.lua --joinable", "20 dishes eaten" },
  { "pipe_hello.lua", "parent received: hello, parent" },
  { "pipe_urls.lua", "exit code: %-15" },
  { "queue_urls.lua", "got b.org/3" },
  { "queue_basics.lua", "put%(4, 0.5%)%s+nil%s+full" },
  { "queue_ack.lua", "a queue for each direction:    0 of 50" },
  { "socket.lua", "intruder: refused.*turned away: 1" },
  { "event.lua", "the parent goes on with 42" },
  { "shared_memory.lua", "whole: flood.*whole: ebb" },
  { "shared_memory.lua --no-sync", "torn: " },
  { "guests.lua", "at most 4 were inside" },
  { "inventory.lua", "0 of 100 sales lost by 4 clerks" },
  { "inventory.lua --no-update", "[1-9]%d* of 100 sales lost by 4 clerks" },
  { "pool_map.lua", "100 results, the same three times" },
  { "pool_async.lua", "submit all, then get%s+%d%.%d s, sum 385" },
  { "callback.lua", "callback: pid %d+ got 42 from pid %d+" },
  { "word_count.lua", "the word used most is \"%a+\"" },
  { "process_info.lua", "after join:%s+is_alive false, exitcode %-15" },
  { "zombie_orphan.lua", "%d+ Z" },
  { "daemon.lua", "daemonic processes are not allowed to have children" },
  { "subprocess.lua", "apple\ncherry\npear\nquince\nexit code: 0\n.*no%-such%-file.*exit code: 2" },
  { "readers_writers.lua", "; 0 editions came too late" },
  { "readers_writers.lua --readers-first", "; [1-6] editions came too late" },
  { "bounded_buffer.lua", "40 of 40 items taken, 0 wrong steps" },
  { "bounded_buffer.lua --if", "[1-9]%d* wrong steps" },
  { "relay.lua", "0 legs were started before all teams had run" },
  { "relay.lua --no-barrier", "[1-9] legs were started before all teams had run" },
  { "start_gun.lua", "7 have run" },
  { "emergency_room.lua", "sees 5 with chest pain.*sees 4 with a cough.*0 times" },
  { "emergency_room.lua --fifo", "sees 1 with a cold.*sees 5 with chest pain.*[1-9] times" },
  { "threads.lua", "20 words read\n.*cannot send thread.target upvalue \"order\".cook.recipe: a coroutine" },
  { "event_loop.lua", "served: bob's dish 3.*the bell rings" },
  { "philosophers.lua", "naive: .*deadlock: philosopher%-%d holds lock \"fork%-%d\" and wants" },
  { "fifo.lua", "client: sent exit, got: receipt for exit", lua = "Lua 5.3" },
}

-- Started all at once, since they mostly sleep; awaited in order.
local running = {}

local function start(line)
  local file = os.tmpname()
  local command = ("timeout 100 %s scripts/%s >%s 2>&1; echo status $? >>%s"):format(shell.tidelock, line, file, file)
  os.execute("(" .. command .. ") </dev/null &")
  return file
end

local function finish(file)
  for _ = 1, 1100 do
    local text = files.read(file)
    local status = text:match("status (%d+)\n$")
    if status then
      os.remove(file)
      return text, tonumber(status)
    end
    os.execute("sleep 0.1")
  end
  error("it does not end: " .. file)
end

describe("a scenario", function()
  local before

  setup(function()
    before = { shm = shell.list("/dev/shm"), tmp = shell.list("/tmp") }
    for _, script in ipairs(scripts) do
      if not script.lua or _VERSION == script.lua then running[script] = start(script[1]) end
    end
  end)

  for _, script in ipairs(scripts) do
    it(script[1], function()
      if not running[script] then return pending("luaposix is packaged for " .. script.lua) end
      local text, status = finish(running[script])
      assert.equal(0, status, text)
      assert.truthy(text:find(script[2]), text)
    end)
  end

  it("leaves no process and no shared memory behind", function()
    assert.same({}, shell.processes(shell.tidelock .. " scripts/"))
    for name in pairs(shell.list("/dev/shm")) do
      -- what others make there meanwhile, also by these scripts, is theirs
      local pid = name:match("^tidelock%-%d+%-shared%-memory%-(%d+)$")
      assert.falsy(pid and not before.shm[name] and not shell.list("/proc/" .. pid).status, name)
    end
    for name in pairs(shell.list("/tmp")) do
      assert.falsy(name:find("^fifo%-") and not before.tmp[name], "a FIFO's folder is left: " .. name)
    end
  end)
end)

describe("a random kill -9", function()
  it("does not hang the others of tickets, sale and kitchen, 200 times", function()
    local kills = rounds(200)
    local out, err, status = shell.run(shell.tidelock .. " spec/support/storms/storm.lua " .. kills, 200)
    assert.equal(0, status, out .. err)
    assert.truthy(out:find(kills .. " kills", 1, true), out)
    assert.same({}, shell.processes(shell.tidelock .. " spec/support/storms/storm.lua"))
  end)
end)
