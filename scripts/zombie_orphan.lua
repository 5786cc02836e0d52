-- A zombie: a child that has ended and that nobody has looked at yet.  An orphan: a child whose parent is gone.
-- Watch: ps shows the zombie as Z until it is joined; the orphan gets a new parent.
-- Change: leave out the join and call p:is_alive() instead: it also lets the zombie go.
local ipc = require "tidelock"
if ipc.seed() then
  print("this script asks the system about its processes: run it without --sim")
  os.exit(0)
end

local function ps(pid)
  local pipe = assert(io.popen(("ps -o pid=,ppid=,stat=,comm= -p %d"):format(pid)))
  local line = pipe:read("l")
  pipe:close()
  return line
end

local function state(pid)
  local line = ps(pid)
  return line and line:match("^%s*%d+%s+%d+%s+(%a)")
end

print("-- a zombie")
local child = ipc.spawn(function() end)
local pid, limit = child.pid, ipc.now() + 60
while state(pid) ~= "Z" do
  assert(ipc.now() < limit, "it must end")
end
print(ps(pid))
child:join()
print("after join: " .. tostring(ps(pid)))
assert(ps(pid) == nil)

print("-- an orphan")
local born, over = ipc.queue(), ipc.event()
local parent = ipc.spawn(function()
  ipc.spawn(function()
    born:put(ipc.getpid())
    over:wait()
  end)
  ipc.sleep()
end)
local orphan = born:get()
print("its parent is " .. ps(orphan):match("^%s*%d+%s+(%d+)") .. ", pid " .. parent.pid)
parent:kill()
parent:join()
local new_parent = tonumber(ps(orphan):match("^%s*%d+%s+(%d+)"))
print("the parent was killed; now it is " .. new_parent)
assert(new_parent ~= parent.pid and state(orphan) ~= "Z")
over:set()
while state(orphan) and state(orphan) ~= "Z" do ipc.sleep(0.01) end
