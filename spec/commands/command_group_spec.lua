-- ipc.command{ ..., group = true }: signals for all that a program has started.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"

local LIMIT = 20

-- The state letter of a process, such as "S"; nil: it is gone.
local function state(pid)
  local file = io.open("/proc/" .. pid .. "/stat")
  local text = file and file:read("a")
  if file then file:close() end
  return text and text:match("%) (%a)")
end

local function within_limit(what)
  local over = ipc.now() + LIMIT
  repeat
    if what() then return true end
    ipc.sleep(0.002)
  until ipc.now() > over
  return false
end

local function gone(pid)
  return within_limit(function()
    local letter = state(pid)
    return not letter or letter == "Z"
  end)
end

-- A shell with a child of its own, whose pid it tells; `last`: what the shell does then.
local function family(last, group)
  local c = ipc.command{ "sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!; " .. last, group = group }
  return c, tonumber(c.stdout:read("l", LIMIT))
end

describe("a command with a group", function()
  for call, code in pairs{ terminate = -15, kill = -9 } do
    it("is ended with its descendants: " .. call, function()
      local c, grandchild = family("wait", true)
      assert.truthy(state(grandchild))
      c[call](c)
      assert.is_true(c:join(LIMIT))
      assert.equal(code, c.exitcode)
      assert.is_true(gone(grandchild))
    end)
  end

  it("hears what is sent when it has ended itself", function()
    local c, grandchild = family("exit 3", true)
    assert.is_true(c:join(LIMIT))
    assert.equal(3, c.exitcode)
    assert.is_false(c:is_alive())
    assert.truthy(state(grandchild))
    c:terminate()
    assert.is_true(gone(grandchild))
  end)

  it("is suspended and resumed with its descendants", function()
    local c, grandchild = family("wait", true)
    c:suspend()
    assert.is_true(within_limit(function() return state(grandchild) == "T" end))
    c:resume()
    assert.is_true(within_limit(function() return state(grandchild) == "S" end))
    c:kill()
    c:join(LIMIT)
  end)

  it("leaves no zombie when it is dropped", function()
    local c = ipc.command{ "true", group = true }
    local pid = c.pid
    assert.is_true(c:join(LIMIT))
    assert.equal("Z", state(pid)) -- its number is no other group's
    c = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    assert.is_nil(state(pid))
  end)

  it("is the only one of which that holds", function()
    local c, grandchild = family("wait", false)
    c:kill()
    assert.is_true(c:join(LIMIT))
    assert.matches("[SRD]", tostring(state(grandchild)))
    os.execute("kill " .. grandchild)
  end)

  it("ends with the script, with those that it has left behind", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local c = ipc.command{ "sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!", group = true }
      print(c.stdout:read("l"))]])
    assert.same({ "", 0 }, { err, status })
    assert.is_true(gone(tonumber(out)))
  end)

  it("is killed a second after the script has ended, where it does not heed SIGTERM", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local c = ipc.command{ "sh", "-c", "trap '' TERM; sleep 100 >/dev/null 2>&1 & echo $!", group = true }
      print(c.stdout:read("l"))]])
    assert.same({ "", 0 }, { err, status })
    assert.is_true(gone(tonumber(out)))
  end)

  for whose, code in pairs{
    ["the main script's"] = "start()",
    ["a process's"] = "ipc.spawn(function() start() ipc.sleep() end)",
    ["a process's, for whose end others wait"] = [[
      local owner = ipc.spawn(function() start() ipc.sleep() end)
      for _ = 1, 4 do ipc.spawn(function() owner:join() ipc.sleep() end) end]],
  } do
    for what, before in pairs{ ["heeds"] = "", ["does not heed"] = "trap '' TERM; " } do
      it("ends at Ctrl-C, " .. whose .. ", which " .. what .. " SIGTERM", function()
        local out, _, status = shell.script(([[
          local ipc = require "tidelock"
          local main, told = ipc.current(), ipc.queue()
          local function start()
            local c = ipc.command{ "sh", "-c", "%ssleep 100 >/dev/null 2>&1 & echo $!; wait", group = true }
            print(c.stdout:read("l"))
            io.stdout:flush()
            told:put(true)
          end
          %s
          told:get()
          ipc.spawn(function() main:signal(2) ipc.sleep() end)
          ipc.sleep()]]):format(before, code))
        assert.equal(130, status)
        assert.is_true(gone(tonumber(out)))
      end)
    end
  end

  -- Where its owner is killed; `last` as in family.
  for what, last in pairs{ ["runs"] = "wait", ["has ended itself"] = "exit" } do
    it("is ended by the others when its owner is killed, while its leader " .. what, function()
      local near, far = ipc.pipe()
      local owner = ipc.spawn(function()
        local _, grandchild = family(last, true)
        far:send(grandchild)
        ipc.sleep(100)
      end)
      local grandchild = near:recv(LIMIT)
      assert.truthy(state(grandchild))
      owner:kill()
      owner:join(LIMIT)
      assert.is_true(gone(grandchild))
    end)
  end

  -- `others` are started by main, which is killed then.
  local function main_killed(others)
    local out = shell.script([[
      local ipc = require "tidelock"
      local c = ipc.command{ "sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!; wait", group = true }
      print(c.pid, (c.stdout:read("l")))
      io.stdout:flush()
      ]] .. others .. [[
      os.execute("kill -9 " .. ipc.getpid())]])
    local leader, grandchild = out:match "(%d+)%s+(%d+)"
    return tonumber(leader), tonumber(grandchild)
  end

  it("is ended by a process that outlives main, where that is killed", function()
    local leader, grandchild = main_killed "ipc.spawn(function() ipc.sleep(2) end)"
    assert.is_true(gone(leader))
    assert.is_true(gone(grandchild))
  end)

  it("ends alone where main is killed, and was alone", function()
    local leader, grandchild = main_killed ""
    assert.is_true(gone(leader))
    assert.truthy(state(grandchild))
    os.execute("kill " .. grandchild)
  end)

  it("leaves alone what has left the group before", function()
    local near, far = ipc.pipe()
    local owner = ipc.spawn(function()
      local c = ipc.command{ "setsid", "--fork", "sh", "-c", "echo $$; exec sleep 100 >/dev/null 2>&1", group = true }
      far:send(tonumber((c.stdout:read("l", LIMIT))))
      ipc.sleep(100)
    end)
    local other = near:recv(LIMIT)
    owner:kill()
    owner:join(LIMIT)
    ipc.sleep(0.1)
    assert.truthy(state(other))
    os.execute("kill " .. other)
  end)

  it("is asked for by true", function()
    local ok, message = pcall(ipc.command, { "true", group = 1 })
    assert.is_false(ok)
    assert.matches("group must be true or false, not a number", message)
  end)
end)
