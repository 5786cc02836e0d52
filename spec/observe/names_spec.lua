-- Names with characters that no terminal shows: what is told of tasks and objects has `?` in their place.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"

-- It clears the screen, forges a line, rings, and turns the text around.
local BAD = [["a\27[2J\n  b\7\u{9b}\u{202e}\xffé"]]
local SHOWN = "a?[2J?  b????é"
-- The same character in more bytes than it needs, half a pair of UTF-16, and what is above all characters.
local NONE = {
  "\xc0\x9b", "\xe0\x82\x9b", "\xf0\x80\x82\x9b", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"
}

describe("a name with control characters", function()
  it("is printable in a report of a deadlock", function()
    local _, err, status = shell.script(([[
      local ipc = require "tidelock"
      local p = ipc.process{ name = %s, target = function(q) q:get() end, args = { ipc.queue{ name = %s } } }:start()
      p:join()]]):format(BAD, BAD))
    assert.equal(3, status)
    assert.truthy(err:find(('join process#1 "%s": running'):format(SHOWN), 1, true), err)
    assert.truthy(err:find(('\n  %s (pid '):format(SHOWN), 1, true), err)
    assert.truthy(err:find(('get from queue#1 "%s": 0 messages'):format(SHOWN), 1, true), err)
    assert.is_nil(err:find "[%z\1-\9\11-\31\127]")
    assert.equal(3, select(2, err:gsub("\n", "\n")))
  end)

  it("is printable in the error of a cycle", function()
    local _, err = shell.script(([[
      local ipc = require "tidelock"
      local a, b = ipc.lock{ name = %s }, ipc.lock()
      local both = ipc.barrier(2)
      local function take(first, second) first:acquire() both:wait() second:acquire() end
      ipc.process{ name = %s, target = take, args = { a, b } }:start()
      take(b, a)]]):format(BAD, BAD))
    assert.truthy(err:find(SHOWN, 1, true), err)
    assert.truthy(err:find "deadlock")
    assert.is_nil(err:find "[%z\1-\8\11-\31\127]")
  end)

  it("is printable where a process fails, on labels, and by tostring", function()
    local out, err = shell.script(([[
      local ipc = require "tidelock"
      local p = ipc.process{ name = %s, target = function() print "hello" error("no", 0) end }:start()
      p:join()
      io.write(tostring(p), "\n")]]):format(BAD), "", nil, "--label")
    assert.truthy(err:find(('process "%s" (pid '):format(SHOWN), 1, true), err)
    assert.truthy(out:find((" %s hello\n"):format(SHOWN), 1, true), out)
    assert.truthy(out:find(('process#1 "%s": ended'):format(SHOWN), 1, true), out)
  end)

  it("is printable where its bytes are no UTF-8", function()
    for _, bytes in ipairs(NONE) do
      local shown = tostring(ipc.lock{ name = "a" .. bytes .. "b" })
      assert.truthy(shown:find('"a' .. ("?"):rep(#bytes) .. 'b": ', 1, true), shown)
    end
    for _, good in ipairs{ "é", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{10000}", "\u{10ffff}" } do
      assert.truthy(tostring(ipc.lock{ name = good }):find('"' .. good .. '"', 1, true))
    end
  end)

  it("stays a name", function()
    local name = load("return " .. BAD)()
    local p = ipc.process{ name = name, target = function() return ipc.current().name end }:start()
    assert.equal(name, p.name)
    assert.equal(name, p:result(20))
  end)
end)

describe("a name", function()
  local function refused(text, make, ...)
    local ok, why = pcall(make, ...)
    assert.is_false(ok)
    assert.matches("^spec/observe/names_spec.lua:%d+: ", why)
    assert.truthy(why:find(text, 1, true), why)
  end

  local makers = {
    lock = function(name) return ipc.lock{ name = name } end,
    queue = function(name) return ipc.queue{ name = name } end,
    value = function(name) return ipc.value(1, name) end,
    process = function(name) return ipc.process{ target = print, name = name } end,
    thread = function(name) return ipc.thread{ target = function() end, name = name } end,
    command = function(name) return ipc.command{ "true", name = name } end,
    pool = function(name) return ipc.pool{ workers = 1, name = name } end,
  }

  for call, make in pairs(makers) do
    it("of 47 bytes is whole, and a longer one or one with a zero byte is refused: " .. call, function()
      local name = ("n"):rep(47)
      local object = make(name)
      assert.truthy(tostring(object):find('"' .. name .. '"', 1, true), tostring(object))
      if call == "pool" then object:close() object:join() elseif call == "command" then object:join() end
      refused(call .. ": the name has 48 bytes, and may have 47", make, name .. "n")
      refused("zero byte", make, "a\0b")
    end)
  end
end)
