-- Ctrl-C at the prompt may come between any two instructions: also of the Lua that far objects are written in.
local engine = dofile "spec/support/engine.lua"
local ipc = require "tidelock"
local terminal = dofile "spec/support/terminal.lua"
local PATIENCE = 20

if engine.missing then
  describe("Ctrl-C amid the Lua of far objects", function() pending(engine.missing) end)
  return
end

-- Typed first: Ctrl-C comes with the `left`-th instruction of the file remote/`armed`.lua.
local BEGIN = [[
s, me = ipc.open(%q), ipc.current()
function at(name) return function() armed, left = name, 1 end end
function look()
  if not armed or debug.getinfo(2, 'S').source ~= '@bindings/remote/' .. armed .. '.lua' then return end
  left = left - 1
  if left > 0 then return end
  armed = nil
  debug.sethook()
  me:signal(2)
end
debug.sethook(look, '', 1)
]]

describe("Ctrl-C amid the Lua of far objects", function()
  local repl, s, address

  before_each(function()
    address = engine.shared():address("interrupted-" .. ipc.getpid())
    s = ipc.open(address)
    repl = terminal.start()
    repl:expect "Ctrl%-D ends\n.-> "
    repl:enter((BEGIN:format(address):gsub("%s*\n%s*", " ")), "\n")
  end)

  after_each(function() repl:close() end)

  for kind, file in pairs{ lock = "holding", rlock = "holding", condition = "condition", semaphore = "holding" } do
    it("leaves nothing held by with: " .. kind, function()
      repl:enter(("s.%s('%s'):with(at '%s')"):format(kind, kind, file), "interrupted!\n")
      assert.is_true((s[kind](kind):acquire(PATIENCE)))
      s[kind](kind):release()
      repl:enter("1 + 1", "\n2\n")
    end)
  end

  it("leaves no watch begun", function()
    s.queue "q"
    repl:enter("n, q = ipc.queue(), s.queue 'q'", "\n")
    for instruction = 1, 300, 13 do
      local line = "debug.sethook(look, '', 1) armed, left = 'wait', %d ipc.wait({ n, q }, 0.01)"
      repl:enter(line:format(instruction), "\n[^\n]*[dt][!\"]\n")
      repl:enter("armed = nil q:put(1)", "\n> ")
      repl:enter("q:get()", "\n1\n")
    end
    assert.matches("0 getting", tostring(s.queue "q"))
  end)
end)
