-- What each call of a schedule was asked and returned, where its plan wants that: bindings/simulate/tell.h.
local explorer = dofile "spec/support/explorer.lua"

local TOLD = [[
local runs = open()
local account = run(runs, { tells = %s })
local told = runs:told(1)
for _, event in ipairs(runs:events(1)) do
  local text = told[event.step] or {}
  if event.op and event.how == "begins" and event.kind ~= "process" and event.op ~= "end" then
    print(event.op, text.call or "-", text.result or "-")
  end
end
if account.message ~= "" then io.write(account.message, "\n") end]]

-- Lines of "op, call, result" of the script's steps.
local function told(script, tells)
  local out, err = explorer.run(TOLD:format(tells == nil and "true" or tostring(tells)),
    'local ipc = require "tidelock"\n' .. script)
  assert.equal("", err)
  return out
end

local CASES = {
  { "a method", "ipc.value(3):add(2)", "add\tadd 2\t5\t5\n" },
  { "what is put, and how full it is then", "ipc.queue(2):put('x')",
    'put\tput "x"\ttrue\t1 of 2 messages, 0 getting, 0 putting, 0 joining\n' },
  { "an outcome", "ipc.queue():try_get()",
    'get\ttry_get\tnil, "empty"\t0 messages, 0 getting, 0 putting, 0 joining\n' },
  { "a field that is read", "local t = ipc.table{ soup = 3 } local _ = t.soup", "get\tget .soup\t3\t1 key\n" },
  { "a field that is set", "ipc.table().soup = 3", "set\tset .soup = 3\t\t1 key\n" },
  { "an element", "local a = ipc.array('int8', 4) a[2] = 7", "set\tset [2] = 7\t\t4 elements, int8\n" },
  { "a property", "local s = ipc.semaphore(2) local _ = s.value", "value\tvalue\t2\n" },
  { "the length", "local q = ipc.queue() local _ = #q",
    "size\tsize\t0\t0 messages, 0 getting, 0 putting, 0 joining\n" },
  { "a function of the module", "ipc.sleep(0.5)", "sleep\tsleep 0.5\t-\n" },
  { "a long text, cut", "ipc.queue():try_put(('x'):rep(90))", 'put\ttry_put "xxxxxxxxxxxxxxxxxxxxx..."\ttrue\t1'
    .. " messages, 0 getting, 0 putting, 0 joining\n" },
  { "tables, short", "ipc.queue():put{ 1, 'a' } ipc.queue():put{ y = 1, x = 2 }", 'put\tput {1, "a"}\ttrue\t1 '
    .. "messages, 0 getting, 0 putting, 0 joining\nput\tput {x = 2, y = 1}\ttrue\t"
    .. "1 messages, 0 getting, 0 putting, 0 joining\n" },
  { "an object by its title", "ipc.queue():put(ipc.lock'till')", 'put\tput lock#1 "till"\ttrue\t1 messages,'
    .. " 0 getting, 0 putting, 0 joining\n" },
  { "not what a call calls in its turn, again",
    "local v, w = ipc.value(), ipc.value(8) v:update(function(n) return n + w:get() end)",
    "update\tupdate function\t-\nget\tget\t8\t8\n" },
}

-- What the script's error says: its first line with a place, and the traceback.
local function message_of(script, tells)
  local out = told(script, tells):gsub("/tmp/lua_%w+", "SCRIPT")
  return out:match "tidelock: .*" or out
end

describe("a plan that tells", function()
  for _, row in ipairs(CASES) do
    it("has " .. row[1], function() assert.equal(row[3], told(row[2])) end)
  end

  it("has the items of a queue", function()
    local out = told "local q = ipc.queue() q:put(5) q:close() for _ in q:items() do end"
    assert.truthy(out:find("get\t%-\t5\n"), out)
    assert.truthy(out:find("get\t%-\tno more\n"), out)
  end)

  it("has nothing of a call that does not return", function()
    local out = told "ipc.queue{ name = 'jobs' }:get()"
    assert.truthy(out:find("^get\tget\t%-\n"), out)
  end)

  it("has what is written to a file where it gets there", function()
    local out = told "local f = io.open(os.tmpname(), 'w') f:write('left ', 3) f:close() os.remove 'nowhere'"
    assert.truthy(out:find('flush\tclose (writes "left ", 3)\ttrue\n', 1, true), out)
    assert.truthy(out:find('remove\tremove\tnil, "nowhere: No such file', 1, true), out)
  end)

  it("has what threads do", function()
    local out = told "local v = ipc.value() ipc.spawn_thread(function(v) v:set(4) end, v):join()"
    assert.truthy(out:find("set\tset 4\ttrue\t4\n", 1, true), out)
  end)

  it("has the lines of what a task does first, from wherever it was started", function()
    local out = explorer.run([[
      local runs = open()
      run(runs)
      for _, event in ipairs(runs:events(1)) do
        if event.kind == "array" or event.kind == "table" then print(event.op, event.line) end
      end]], [[local ipc = require "tidelock"
      local a, t = ipc.array("int8", 4), ipc.table{}
      local function first() return a[1] end
      local function second() return t.x end
      ipc.spawn(first):join()
      ipc.spawn(second):join()]])
    assert.equal("get\t3\nget\t4\n", out)
  end)

  it("leaves the words and lines of errors as they are", function()
    for _, script in ipairs{ "local v = ipc.value()\nv:set 'x'", "local t = ipc.table()\nt.get = 3",
      "ipc.queue():put(print)", "ipc.lock():with(function() error 'boom' end)", "ipc.value():nonsense()" } do
      local quiet, loud = message_of(script, false), message_of(script, true)
      assert.truthy(quiet:find "SCRIPT:%d: ", quiet)
      assert.equal(quiet, loud)
    end
  end)

  it("has nothing where it is not wanted", function()
    assert.equal("add\t-\t-\n", told("ipc.value(3):add(2)", false))
  end)
end)
