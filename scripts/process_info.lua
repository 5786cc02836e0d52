-- What a process tells about itself and its child, from before its start to after its end.
-- Watch: is_alive is still true right after terminate: a signal takes a moment to arrive.
-- Change: suspend and resume the child; let it end by os.exit(7) or an error, and look at exitcode.
local ipc = require "tidelock"

local function child()
  local me, parent = ipc.current(), ipc.parent()
  assert(me.pid == ipc.getpid() and parent.pid == ipc.getppid())
  print(("in the child: I am %s, pid %d; my parent is %s, pid %d"):format(me.name, me.pid, parent.name, parent.pid))
  ipc.sleep()
end

local main = ipc.current()
print(("main: %s, pid %d, parent %s"):format(main.name, main.pid, tostring(ipc.parent())))
local process = ipc.process{ target = child, name = "child" }
assert(process.pid == nil and not process:is_alive())
process:start()
print("after start:     is_alive " .. tostring(process:is_alive()) .. ", pid " .. process.pid)
assert(process:is_alive() and #ipc.children() == 1)
ipc.sleep(0.3)
process:suspend() -- so that what follows does not depend on who is faster
process:terminate()
local alive = process:is_alive()
print("after terminate: is_alive " .. tostring(alive) .. ", exitcode " .. tostring(process.exitcode))
assert(alive)
process:resume()
process:join()
print("after join:      is_alive " .. tostring(process:is_alive()) .. ", exitcode " .. process.exitcode)
assert(not process:is_alive() and process.exitcode == -15 and #ipc.children() == 0)
