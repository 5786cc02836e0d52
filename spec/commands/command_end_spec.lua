-- Commands: whatever ends, nothing of them is left behind.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

describe("nothing is left behind", function()
  it("no descriptor", function()
    -- a program of its own: what other tests have left ends when it will
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local function round()
        ipc.command("cat"):communicate(("x"):rep(1000000))
        ipc.command("true"):join()
        ipc.command{ "true", stdin = "null", stdout = "null", stderr = "stdout" }:join()
        ipc.command{ "cat", stdin = ipc.command{ "echo", "x" }.stdout }:result()
        pcall(ipc.command, "no-such-program")
        pcall(ipc.command, { "ls", cwd = "/no/folder" })
        ipc.command("sh", "-c", "exit 1").stdout:close()
      end
      local function descriptors()
        collectgarbage()
        collectgarbage()
        local pipe = io.popen("ls /proc/" .. ipc.getpid() .. "/fd")
        local list = pipe:read("a")
        pipe:close()
        return list
      end
      local before, limit = descriptors(), ipc.now() + 30
      for _ = 1, 20 do round() end
      local after
      repeat
        ipc.children()
        after = descriptors()
      until after == before or ipc.now() > limit
      print(after == before or after)
    ]])
    assert.same({ "true\n", "", 0 }, { out, err, status })
  end)

  it("no descriptor of one that runs and that nobody holds", function()
    local _, err, status = shell.run("ulimit -n 50; " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock"
      for _ = 1, 100 do ipc.command("sleep", 2) end' ]])
    assert.same({ "", 0 }, { err, status })
  end)

  it("no descriptor that only garbage holds", function()
    local _, err, status = shell.run("ulimit -n 50; " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock"
      for _ = 1, 100 do ipc.command("true") end' ]])
    assert.same({ "", 0 }, { err, status })
  end)

  it("no suspend that waits for a descriptor to look through", function()
    local out, err, status = shell.run("ulimit -n 40; timeout 20 " .. shell.tidelock .. [[ -e '
      local ipc = require "tidelock"
      local c, files = ipc.command("sleep", "60"), {}
      repeat files[#files + 1] = io.open "/dev/null" until not io.open "/dev/null"
      print(#files > 10, c:suspend())
      files = nil
      collectgarbage()
      c:kill()' ]])
    assert.same({ "true\ttrue\n", "", 0 }, { out, err, status })
  end)

  it("no zombie, once anybody has looked", function()
    local looks = {
      function(c) return c:is_alive() end,
      function(c) return c.exitcode end,
      function(c) return c:join() end,
      function(c) return tostring(c) end,
      function() return ipc.children() end,
      function() return ipc.command("true"):join() end,
    }
    for _, look in ipairs(looks) do
      local c = ipc.command("true")
      local pid = c.pid
      await(function() return shell.state(pid) == "Z" end)
      look(c)
      assert.is_nil(shell.state(pid))
    end
    local pid = ipc.command("true").pid
    collectgarbage()
    collectgarbage()
    await(function()
      ipc.children()
      return not shell.state(pid)
    end)
  end)

  it("no copy of a stream in a child that was forked meanwhile", function()
    local c, over = ipc.command("cat"), ipc.event()
    local child = ipc.spawn(function() over:wait() end)
    c.stdin:write("x")
    c.stdin:close()
    assert.equal("x", c.stdout:read("a", PATIENCE))
    over:set()
    child:join()
  end)

  it("no copy of a stream in a child that another thread forks while it starts", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local count, over = ipc.value(0), ipc.event()
      local threads = {}
      for i = 1, 3 do
        threads[i] = ipc.thread(function()
          while not over:is_set() do
            ipc.command("cat"):join()
            count:add(1)
          end
        end):start()
      end
      local children = {}
      for i = 1, 60 do children[i] = ipc.spawn(ipc.sleep, 1000) end
      local enough, limit = count:get() + 100, ipc.now() + 50
      while count:get() < enough and ipc.now() < limit do ipc.sleep(0.01) end
      assert(count:get() >= enough, "a thread waits for a child")
      over:set()
      for i = 1, 3 do threads[i]:join() end
      for i = 1, 60 do children[i]:kill() end
    ]])
    assert.same({ "", "", 0 }, { out, err, status })
  end)

  it("takes no child of others", function()
    local pipe = io.popen("exit 3")
    ipc.command("true"):join()
    ipc.children()
    assert.same({ nil, "exit", 3 }, { pipe:close() })
  end)

  it("waits for commands when the main script ends, with their streams closed", function()
    for _, ending in ipairs{ "", "os.exit(0)", "ipc.spawn(function() ipc.command(\"cat\") end)" } do
      local out, err, status = shell.script(([[
        local ipc = require "tidelock"
        -- says it once main sleeps, or is gone
        local text = "cat; while grep -q '^State:.R' /proc/$0/status; do :; done; echo over >&2"
        c = ipc.command{ "sh", "-c", text, tostring(ipc.getpid()), stderr = "inherit" }
        yes = ipc.command("yes")
        c:suspend()
        print(c.pid, yes.pid)
        %s
      ]]):format(ending))
      assert.same({ "over\n", 0 }, { err, status })
      for pid in out:gmatch("%d+") do assert.is_nil(shell.state(pid)) end
    end
  end)

  it("ends commands whose process was killed", function()
    local pids = ipc.queue()
    local p = ipc.spawn(function()
      pids:put(ipc.command("sleep", 1000).pid)
      ipc.sleep()
    end)
    local pid = pids:get(PATIENCE)
    p:kill()
    await(function() return not shell.state(pid) or shell.state(pid) == "Z" end)
    p:join()
  end)
end)

describe("Ctrl-C", function()
  for name, call in pairs{ read = "c.stdout:read()", join = "c:join()", communicate = "c:communicate()",
    write = "c.stdin:write((\"x\"):rep(1 << 20))" } do
    it("ends a waiting " .. name, function()
      local path = os.tmpname()
      local _, err, status = shell.script(([[
        local ipc = require "tidelock"
        local c = ipc.command("sleep", 1000)
        local main = ipc.current()
        ipc.spawn(function()
          dofile "spec/support/asleep.lua" "main"
          main:signal(2)
          ipc.sleep()
        end)
        %s
      ]]):format(call))
      os.remove(path)
      assert.same({ "tidelock: interrupted\n", 130 }, { err, status })
    end)
  end
end)
