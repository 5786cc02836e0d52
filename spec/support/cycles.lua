-- For the specs of cycles of waits: things that a task can hold, and rings of tasks of which each holds one and wants
-- the next one's.
--
--   cycles.KINDS[kind]: kind, options    of the object, or make(name); take, want: how it is taken so that the `want`
--                                        of another task waits
--   cycles.ORDER                         the kinds
--   cycles.made(at, kind, name)          a thing that nobody holds, at a place of spec/support/both.lua
--   cycles.ring(at, start, kind ...)     as many tasks as kinds, each with one of them: what those were told that were
--                                        told something, and the tasks
--   cycles.check(told, tasks, what)      one was told, and of all
--   cycles.two_in_order(things, count)   8 tasks take two of the things, { kind, thing } each, so often, and in their
--                                        order: none is told anything
local ipc = require "tidelock"
local assert = require "luassert"
local PATIENCE = 20
local cycles = {}

local function taker(call) return function(thing) return thing[call](thing) end end
local acquire, release = taker "acquire", taker "release"

cycles.acquire, cycles.release, cycles.taker = acquire, release, taker

cycles.KINDS = {
  lock = { kind = "lock" },
  rlock = { kind = "rlock" },
  written = { kind = "rwlock", take = taker "write" },
  -- read by who has it, to be written by who wants it
  read = { kind = "rwlock", take = taker "read", want = taker "write" },
  seat = { kind = "semaphore", options = { value = 1, bounded = true } },
  condition = { kind = "condition" },
}
cycles.ORDER = { "lock", "rlock", "written", "read", "seat", "condition" }

function cycles.made(at, kind, name)
  local k = cycles.KINDS[kind]
  name = name or at.fresh "thing"
  return k.make and k.make(name) or at.named(k.kind, name, k.options)
end

local function member(own, next, met, take, want)
  take(own)
  met:wait()
  local ok, why = pcall(want, next)
  if ok then release(next) end
  release(own)
  return ok, why
end

function cycles.process(f, ...) return ipc.spawn(f, ...) end
-- the space's objects travel, and so does the function with what it uses
function cycles.thread(f, ...) return ipc.thread(f, ...):start() end

function cycles.ring(at, start, ...)
  local kinds, things, tasks, met = { ... }, {}, {}, ipc.barrier(select("#", ...))
  for i, kind in ipairs(kinds) do things[i] = cycles.made(at, kind) end
  for i, kind in ipairs(kinds) do
    local j = i % #kinds + 1
    local own, next = cycles.KINDS[kind], cycles.KINDS[kinds[j]]
    tasks[i] = start(member, things[i], things[j], met, own.take or acquire, next.want or next.take or acquire)
  end
  local told = {}
  for _, task in ipairs(tasks) do
    local ok, why = task:result(PATIENCE)
    assert.not_nil(ok, table.concat(kinds, ", ") .. ": " .. tostring(why))
    if not ok then told[#told + 1] = { task = task, why = why } end
  end
  return told, tasks
end

function cycles.check(told, tasks, what)
  assert.equal(1, #told, what .. ": told of it " .. #told)
  local why = told[1].why
  assert.truthy(why:find("deadlock: " .. told[1].task.name, 1, true), why)
  for _, task in ipairs(tasks) do assert.truthy(why:find(task.name, 1, true), why) end
  local _, holds = why:gsub(" holds ", "")
  local _, wants = why:gsub(" wants ", "")
  assert.same({ #tasks, #tasks }, { holds, wants }, why)
end

function cycles.two_in_order(things, count)
  local list = {}
  for n = 1, 8 do
    list[n] = ipc.spawn(function()
      for i = 1, count do
        local a, b = (i * n) % #things + 1, (i + n) % #things + 1
        if a > b then a, b = b, a end
        local first, second = cycles.KINDS[things[a][1]], cycles.KINDS[things[b][1]]
        ;(first.want or first.take or acquire)(things[a][2])
        if b > a then
          (second.want or second.take or acquire)(things[b][2])
          release(things[b][2])
        end
        release(things[a][2])
      end
      return true
    end)
  end
  for _, p in ipairs(list) do assert.same({ true }, { p:result(60) }) end
end

return cycles
