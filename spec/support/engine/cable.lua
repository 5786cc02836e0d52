-- A cable that is cut: a holder of a lock on another host, and what happens in which order.  Two hosts are network
-- namespaces with a veth between them, in a namespace of this script's own; both are on this machine, so they write
-- what they see into one near queue.
--   unshare --net --mount tidelock spec/support/engine/cable.lua
local ipc = require "tidelock"

local LEASE, PATIENCE = 2, 30
local role, address, space_name = arg[1], arg[2], arg[3]
local near = ipc.open(space_name or "cable-" .. ipc.getpid())
local events, up = near.queue "events", near.event "up"

local function open() return ipc.open{ name = address, lease = LEASE } end

-- The host at the other end of the cable.
local function hold()
  local space = open()
  local lock, count = space.lock "lock", space.value("count", 0)
  lock:acquire()
  events:put "held"
  local good, why
  repeat good, why = pcall(count.add, count, 1) until not good
  events:put(why:find("lost", 1, true) and "lost" or why)
  up:wait(PATIENCE)
  local again = open().lock "lock"
  events:put(pcall(lock.release, lock) and "the old lock works" or "opened again")
  again:acquire(PATIENCE)
  events:put "held again"
end

local function shell(...) assert(os.execute((...):format(select(2, ...)))) end

local function lay_cable()
  shell [[mount -t tmpfs none /run && mkdir -p /run/netns && ip link set lo up &&
    ip netns add far &&
    ip link add cable type veth peer name eth0 netns far && ip addr add 10.78.0.1/24 dev cable &&
    ip link set cable up && ip netns exec far ip addr add 10.78.0.2/24 dev eth0 &&
    ip netns exec far ip link set eth0 up]]
end

local function tell(what) io.write(what, "\n") end

local function cut()
  lay_cable()
  local server = dofile("spec/support/engine.lua").start{ port = "6390", bind = "10.78.0.1", ["protected-mode"] = "no" }
  address = "redis://10.78.0.1:6390/cable"
  local holder = ipc.command{ "ip", "netns", "exec", "far", arg[-1], arg[0], "hold", address, near.name,
    stdout = "null", stderr = "inherit" }
  tell(events:get(PATIENCE))
  local space = open()
  local lock, count = space.lock "lock", space.value("count", 0)
  while count:get() == 0 do ipc.sleep(0.01) end
  shell "ip link set cable down"
  local acquired, how = lock:acquire(PATIENCE)
  events:put(acquired and how or "not acquired")
  tell(events:get(PATIENCE))
  tell(events:get(PATIENCE))
  count:set(-1)
  shell "ip link set cable up"
  up:set()
  tell(events:get(PATIENCE))
  lock:release()
  tell(events:get(PATIENCE))
  assert(holder:join(PATIENCE))
  tell("count " .. count:get())
  server:stop()
end

if role == "hold" then return hold() end
local good, why = xpcall(cut, debug.traceback)
near:remove()
if not good then error(why, 0) end
