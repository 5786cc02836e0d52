-- terminal.keys: what is typed at a pseudo-terminal, and how the terminal is left.
local ipc = require "tidelock"
local terminal = dofile "spec/support/terminal.lua"
local await = dofile "spec/support/await.lua"

local KEYS = "TIDELOCK_EXPLORER=spec/support/keys.lua"
local there

local function start(how)
  there = terminal.start("explore " .. (how or ""), KEYS)
  there:expect "ready"
  return there
end

describe("keys", function()
  after_each(function()
    if there then there:close() end
    there = nil
  end)

  -- what is sent, and the names
  for _, row in ipairs{
    { "characters", "aZ/", "%[a%]%[Z%]%[/%]" },
    { "UTF-8", "é€", "%[é%]%[€%]" },
    { "what is no UTF-8", "\xffa", "%[\u{fffd}%]%[a%]" },
    { "keys of control", "\r\t \127\3\6\14",
      "%[enter%]%[tab%]%[space%]%[backspace%]%[ctrl%-c%]%[ctrl%-f%]%[ctrl%-n%]" },
    { "arrows", "\27[A\27OB\27[1;5C\27[1;2D", "%[up%]%[down%]%[ctrl%-right%]%[shift%-left%]" },
    { "function keys", "\27OP\27[13~\27[15~\27[20~\27[[C", "%[F1%]%[F3%]%[F5%]%[F9%]%[F3%]" },
    { "pages", "\27[5~\27[6~\27[H\27[4~\27[2~\27[3~\27[Z",
      "%[pageup%]%[pagedown%]%[home%]%[end%]%[insert%]%[delete%]%[backtab%]" },
    { "Alt", "\27x\27\27[A", "%[alt%-x%]%[escape%]%[up%]" },
    { "no key for what means none", "\27[99~\27[?1;2c\27[<0;1;1Ma", "%[a%]" },
    { "pasted text as one", "\27[200~one\rtwo\27[201~b", "%[paste one%s*two%]%[b%]" },
  } do
    it("are named: " .. row[1], function()
      start():type(row[2])
      there:expect(row[3])
      there:type "q"
      there:expect "%[q%]stopped"
    end)
  end

  it("come in pieces, and are one", function()
    start()
    local pieces = { "\27[", "1", ";5", "A", "\xe2", "\x82\xac" }
    await(function() -- again, where somebody was kept from a CPU for as long as a key may take
      for _, piece in ipairs(pieces) do
        there:type(piece)
        ipc.sleep(0.01)
      end
      there:type "."
      there:expect "%[%.%]"
      return there:screen():find("[ctrl-up][€][.]", 1, true)
    end, "they are others")
  end)

  it("are Escape where nothing follows", function()
    start():type "\27"
    there:expect "%[escape%]"
  end)

  it("are nil when none came in time", function()
    start "slow"
    there:expect "%[nil%]%[nil%]"
  end)

  it("draw in one write, and clear what was there", function()
    start():type "d"
    there:expect "one%s+two"
    assert.truthy(there:raw():find "\27%[%?2026h\27%[%?7l\27%[Hone\27%[0m\27%[K\r+\ntwo")
  end)
end)

-- Runs the keys' command in a shell on the terminal, which then tells how it found the terminal.
local function below_a_shell(how)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(([[
    os.execute "stty sane; stty -g >%s.1; %s %s explore %s; echo status $?; stty -g >%s.2; \
      cmp %s.1 %s.2 && echo the same; rm %s.1 %s.2"
  ]]):format(path, KEYS, dofile "spec/support/shell.lua".tidelock, how, path, path, path, path, path))
  file:close()
  there = terminal.start(path)
  there:expect "ready"
  return path
end

describe("the terminal", function()
  local path
  after_each(function()
    if there then there:close() end
    there = nil
    if path then os.remove(path) end
  end)

  it("is as it was before, after the end", function()
    path = below_a_shell "alternate"
    there:type "q"
    there:expect "stopped%s+status 0%s+the same"
    assert.truthy(there:raw():find("\27[?1049h", 1, true) < there:raw():find("\27[?1049l", 1, true))
  end)

  it("is so after an error", function()
    path = below_a_shell ""
    there:type "x"
    there:expect "on purpose"
    there:expect "status 2%s+the same"
  end)

  for _, signal in ipairs{ "TERM", "SEGV", "HUP" } do
    it("is so after a SIG" .. signal, function()
      path = below_a_shell "alternate"
      there:type "p"
      local pid = there:expect "pid (%d+)"
      os.execute(("kill -%s %s"):format(signal, pid))
      there:expect "status 1%d+%s+the same"
      assert.truthy(there:raw():find("\27[?1049l", 1, true))
    end)
  end

  it("is left while stopped by Ctrl-Z, and taken again after fg", function()
    path = below_a_shell "alternate; :"
    there:type "p"
    local pid = there:expect "pid (%d+)"
    os.execute(("kill -TSTP %s"):format(pid))
    local before = #there:raw()
    await(function() return there:raw():find("\27[?1049l", 1, true) end)
    os.execute(("kill -CONT %s"):format(pid))
    await(function() return there:raw():find("\27[?1049h", before, true) end) -- a resize may have come before
    there:expect "%[resize [%d ]*%]"
    there:type "aq"
    there:expect "%[a%]%[q%]stopped"
  end)

  it("says that there is none", function()
    path = os.tmpname()
    local shell = dofile "spec/support/shell.lua"
    local _, wrong, status = shell.run(("%s %s explore"):format(KEYS, shell.tidelock))
    assert.truthy(wrong:find("no terminal: ", 1, true), wrong)
    assert.equal(2, status)
  end)
end)
