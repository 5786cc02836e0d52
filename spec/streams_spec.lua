-- What a script prints and writes, and the descriptors it goes through: seen
-- from a shell.

local tidelock = os.getenv "TIDELOCK" or "./tidelock"

local function contents(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- Runs the script (at "$S") by a shell command in which `tidelock` is the
-- program; returns its stdout, stderr and exit status (124: it hung).
local function run(script, line)
  local path, out, err = os.tmpname(), os.tmpname(), os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  local command = ("unset LUA_INIT; T='%s'; S='%s'; D='%s.d'; { %s; } >%s 2>%s"):format(
    tidelock, path, path, line or 'timeout 60 "$T" "$S"', out, err)
  local _, _, status = os.execute(command)
  local output, errors = contents(out), contents(err)
  for _, name in ipairs{ path, out, err } do os.remove(name) end
  return output, errors, status
end

describe("with --label", function()
  it("a callback that prints while a line is written repeats nothing", function()
    local output = run([[
      local ipc = require "tidelock"
      local turn = ipc.process(function()
        for _ = 1, 300 do print(("o"):rep(2000)) end
      end)
      turn:start()
      local pool = ipc.pool(2)
      for i = 1, 200 do
        pool:apply_async(function(n) return n end, { i }, function(n) io.write("done ", n, "\n") end)
      end
      for i = 1, 400 do io.write("main ", i, " ", ("m"):rep(500), "\n") end
      pool:close()
      pool:join()
      turn:join()
    ]], 'timeout 60 "$T" --label "$S"')
    local seen = {}
    for word in output:gmatch "main %d+" do
      assert.is_nil(seen[word], word)
      seen[word] = true
    end
    for i = 1, 400 do assert.is_true(seen["main " .. i], i) end
    for word in output:gmatch "done %d+" do
      assert.is_nil(seen[word], word)
      seen[word] = true
    end
    for i = 1, 200 do assert.is_true(seen["done " .. i], i) end
  end)
end)

describe("started without standard streams", function()
  for _, closed in ipairs{ "0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-" } do
    it("has none of its own descriptors there: " .. closed, function()
      local output = run([[
        local ipc = require "tidelock"
        local listener = ipc.listen("tcp:127.0.0.1:0")
        local caller = ipc.spawn(function(address)
          local c = ipc.connect(address)
          print("into the connection")
          io.stderr:write("into the connection")
          c:send("hello")
          c:recv(20)
        end, listener.address)
        local c = listener:accept(20)
        print("into the connection")
        io.stdout:flush()
        local cat = ipc.command{ "cat" }
        local sub = io.popen("cat", "w")
        local first = c:recv(20)
        local list = {}
        for _, pid in ipairs{ ipc.getpid(), caller.pid } do
          for n = 0, 2 do
            local p = io.popen(("readlink /proc/%d/fd/%d"):format(pid, n))
            local link = p:read "a"
            p:close()
            if link:find "socket" or link:find "pidfd" or link:find "memfd" then list[#list + 1] = link end
          end
        end
        local file = io.open(arg[1], "w")
        file:write(tostring(first), " ", table.concat(list, " "))
        file:close()
        c:send("bye")
        sub:close()
        cat:kill()
      ]], 'timeout 60 "$T" "$S" "$D" >/dev/null 2>&1 ' .. closed .. '; cat "$D"; rm "$D"')
      assert.equal("hello ", output)
    end)
  end
end)
