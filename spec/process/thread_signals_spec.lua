-- Which signals the threads of a process take.
local ipc = require "tidelock"
local files = dofile "spec/support/files.lua"

local USR1, INT, TERM, PIPE, SEGV = 10, 2, 15, 13, 11

-- Whether the signal is blocked, by the text of a status in /proc.
local function blocks(status, signal)
  local mask = tonumber(status:match "SigBlk:%s*(%x+)", 16)
  return mask >> (signal - 1) & 1 == 1
end

local OWN = "/proc/thread-self/status"

-- What `run` returns in a thread of this process.
local function in_thread(run)
  return assert(ipc.spawn_thread(run):result(20))
end

describe("a thread", function()
  it("leaves to main the signals that others send", function()
    local status = in_thread(function() return files.read(OWN) end)
    for _, signal in ipairs{ USR1, INT, TERM } do
      assert.truthy(blocks(status, signal), signal)
      assert.falsy(blocks(files.read(OWN), signal), signal)
    end
  end)

  it("takes those that it brings about itself", function()
    local status = in_thread(function() return files.read(OWN) end)
    assert.falsy(blocks(status, PIPE))
    assert.falsy(blocks(status, SEGV))
  end)

  it("has left them to main while it waits, and afterwards", function()
    local status = in_thread(function()
      local q, p = ipc.queue(), ipc.pipe()
      q:put(1)
      ipc.wait({ q, p }, 0.01)
      ipc.sleep(0.01)
      p:recv(0.01)
      ipc.command{ "true" }:join(20)
      return files.read(OWN)
    end)
    assert.truthy(blocks(status, USR1))
  end)

  for name, start in pairs{
    ["a process"] = function() return ipc.spawn(function() return files.read(OWN) end):result(20) end,
    ["a process of a process"] = function()
      return ipc.spawn(function() return ipc.spawn(function() return files.read(OWN) end):result(20) end):result(20)
    end,
    ["a process of a thread"] = function()
      return ipc.spawn_thread(function()
        return ipc.spawn(function() return files.read(OWN) end):result(20)
      end):result(20)
    end,
    ["a command"] = function() return (ipc.command{ "cat", "/proc/self/status" }:communicate()) end,
    ["a command of io.popen"] = function()
      local pipe = io.popen "cat /proc/self/status"
      local text = pipe:read "a"
      pipe:close()
      return text
    end,
    ["a command of os.execute"] = function()
      local path = os.tmpname()
      os.execute("cat /proc/self/status >" .. path)
      local text = files.read(path)
      os.remove(path)
      return text
    end,
  } do
    it("lets " .. name .. " that it starts take them", function()
      local status = in_thread(start)
      for _, signal in ipairs{ USR1, INT, TERM } do
        assert.falsy(blocks(status, signal), signal)
      end
    end)
  end

  it("passes on what main has blocked to what it starts, and no more", function()
    local path = files.write(os.tmpname(), [[
      local ipc = require "tidelock"
      print(ipc.spawn_thread(function()
        return ipc.spawn(function() return io.open("/proc/self/status"):read "a" end):result(20)
      end):result(20))
    ]])
    local pipe = io.popen(([[python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.execv(sys.argv[1], sys.argv[1:])' '%s' '%s' 2>&1]]):format(os.getenv "TIDELOCK" or "./tidelock", path))
    local status = pipe:read "a"
    pipe:close()
    os.remove(path)
    assert.truthy(blocks(status, USR1))
    assert.falsy(blocks(status, TERM))
  end)
end)
