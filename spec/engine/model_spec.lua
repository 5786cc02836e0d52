-- The engine under random histories of clients that die, sleep, lose answers and give up; and the same with faults
-- planted in it, each of which some model must find.  ENGINE_SEEDS: how many histories of each model.
local fake_redis = dofile "spec/support/engine/fake_redis.lua"
local world = dofile "spec/support/engine/world.lua"

local SEEDS = tonumber(os.getenv "ENGINE_SEEDS") or 8
local SEARCH = 250

local models = {}
for _, family in ipairs{ "lock", "signal", "queue", "data", "several", "pool" } do
  local found = dofile(("spec/support/engine/%s_models.lua"):format(family))
  for name, model in pairs(found.list or found) do models[name] = model end
end

local function replace(text, from, to)
  local first, last = text:find(from, 1, true)
  assert(first, "the engine has no " .. from)
  assert(not text:find(from, last, true), "the engine has more than one " .. from)
  return text:sub(1, first - 1) .. to .. text:sub(last + 1)
end

-- A pipe is full soon; `limit`: how much a call does.
local function library(limit, from, to)
  return fake_redis.engine_text(function(text)
    text = replace(text, "16 * 1024 * 1024, 10000", "16 * 1024 * 1024, 3")
    text = replace(text, "engine.LIMIT = 64", "engine.LIMIT = " .. limit)
    return from and replace(text, from, to) or text
  end)
end

-- One that begins each call as after another library's, or another server's.
local FORGETFUL = { "if turn - 1 ~= memory.turn then", "if true then" }

describe("the engine keeps its promises", function()
  local whole, parts, forgetful = library(64), library(2), library(64, table.unpack(FORGETFUL))
  local names = {}
  for name in pairs(models) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    it("of " .. models[name].name, function()
      assert.is_nil(world.search(models[name], SEEDS, { engine_text = whole }))
    end)

    it("of " .. models[name].name .. ", two steps of a loop a call", function()
      assert.is_nil(world.search(models[name], SEEDS, { engine_text = parts }))
    end)

    it("of " .. models[name].name .. ", and remembers nothing", function()
      assert.is_nil(world.search(models[name], SEEDS, { engine_text = forgetful }))
    end)
  end
end)

-- What is broken, in which model it shows, what is replaced by what, and how much a call does.
local FAULTS = {
  { "a cancel that leaves the waiter in line", "lock",
    [[found = line.remove(name, record.waiter) or found]],
    "found = true" },
  { "a cancel that does not write the slot", "semaphore",
    "  write(me, status, record.op",
    [[  write({ place = { key = me.place.key, field = "t99" }, seq = me.seq }, status, record.op]] },
  { "what stands beside a slot that ends, and ends with it", "lock",
    [[engine.hold.keep(id .. "." .. task, hash["k" .. task])]],
    "" },
  { "an answer without a bell", "event",
    [[call("RPUSH", record.own and place.own_bells or place.bells, place.task .. ":" .. answer)]],
    "" },
  { "an answer without a slot", "event",
    [[
  place.text, place.seq, place.status, place.record = answer, seq, status, nil
  if not place.changed then touch(place) end]],
    "" },
  { "a request that runs twice", "value",
    [[if last == seq then return slot.shown(place.text) end]],
    [[if last == seq and not args[4]:match "add" then return slot.shown(place.text) end]] },
  { "a late copy that runs", "value",
    [[if ahead <= 0 then return ":old:" end]],
    "" },
  { "a burial that passes no lock on", "lock",
    [[
  object.set(o, "dead", "1")
  lock.pass_on(o)]],
    [[  object.clear(o, "owner")]] },
  { "a burial that tells nobody of the death", "lock",
    [[
  object.set(o, "dead", "1")
  lock.pass_on(o)]],
    "  lock.pass_on(o)" },
  { "a burial of waiters that stay in line", "lock",
    "for _, record in ipairs(records) do record.was_listed = slot.unlist(record) end",
    "" },
  { "a task that leaves, and keeps its lock", "rlock",
    [[
  if notify then notify() end
  engine.chore.add("bury", id .. "." .. task, person)]],
    "" },
  { "a token that repeats", "lock",
    "return store.following(last)",
    [[return "5"]] },
  { "a release that hands to nobody", "rlock",
    [[
  local record = next_of(o.line)
  if not record then
    touch(o)]],
    [[
  local record = nil
  if not record then
    touch(o)]] },
  { "a search for cycles that sees one step", "cycles",
    "local way, rests = way_back(search, wanted)",
    "local way, rests" },
  { "a reader that overtakes a writer that waits, who is not called", "rwlock",
    [[
slot.cancel.rwlock_read = gave_up
slot.cancel.rwlock_write = gave_up]],
    "" },
  { "a writer among readers", "rwlock",
    [[or writes and call("EXISTS", readers_of(o)) == 1 then]],
    "then" },
  { "seats that do not come back", "bounded",
    "if seats > 0 then release(o, who, seats) end",
    "" },
  { "seats that others release, and come back again", "shared",
    "if is_bounded(o) then settle(o, who, n) end",
    "" },
  { "a set that lets go of those alone that are there yet", "event",
    "engine.chore.add(chore, rest, ...)",
    "", limit = 2 },
  { "a barrier that a death does not break", "barrier",
    "if o then break_it(o) end",
    "" },
  { "a notified waiter that dies with the notify", "condition",
    [[
if own then notify(o, own, 1) end
end

-- Of]],
    [[
end

-- Of]] },
  { "a notify that was not heard", "condition",
    "for _, notify in ipairs(unheard) do notify() end",
    "" },
  { "a waiter that is out of time and takes no lock", "condition",
    "if not own.owner then lock.pass_on(own) end",
    "" },
  { "a put that finds no getter", "fifo",
    [[
  local record = slot.next(o.line)
  if record then
    deliver(o, record, item)
  elseif]],
    "  if" },
  { "a get that lets no putter in", "bounded_queue",
    "  let_in(o, #found)", "" },
  { "several items of which the last is forgotten", "lifo",
    "local n = #cells - first + 1", "local n = #cells - first" },
  { "items that go with the dead", "redelivering",
    [[
  come_back(o, item)
end

engine.died.debt]],
    [[
end

engine.died.debt]] },
  { "items that come back at the end", "redelivering",
    [[call("ZADD", store.key("r", o.id), item.id, pack(item))]],
    [[call("RPUSH", key_of(o), pack(item))]] },
  { "attempts that are not counted", "redelivering",
    "item.attempt = store.digits(item.attempt + 1)",
    "" },
  { "a join that waits for the dead", "fifo",
    [[
  object.set(o, "abandoned", "1")
  finished(o, n)]],
    "" },
  { "a large value that nobody frees", "bounded_queue",
    [[
  engine.large.drop(record.cell)
  local status = IN_VAIN]],
    "  local status = IN_VAIN" },
  { "a large value that the dead keep", "fifo",
    [[
engine.died.large = function(_, key)
  call("UNLINK", store.key("x", key))]],
    "engine.died.large = function()" },
  { "a large value that ends by itself", "lifo",
    [[call("PERSIST", key) == 1 or call]],
    "call" },
  { "ties in the order of their bytes", "priority_redelivering",
    [[("0"):rep(16 - #item.id) .. pack(item)]],
    "pack(item)" },
  { "a message that overtakes on its way back", "pipe",
    [[arrive(o, side, fields[from], "LPUSH")]],
    [[arrive(o, side, fields[from], "RPUSH")]] },
  { "an end that its dead keep open", "pipe",
    [[engine.died["end"] = died "h"]],
    [[engine.died["end"] = function() end]] },
  { "a receive that lets no sender in", "pipe",
    [[
  local _, finished = let_in(o, side, engine.LIMIT)
  if not finished]],
    "  if false" },
  { "a watcher that is not woken", "several",
    [[if slot.waiting(line) > 0 then slot.answer_all(line, "ok") end]],
    "" },
  { "a receiver that stays in its other lines", "several",
    "if record.lines ~= name then slot.unlist(record) end",
    "" },
  { "a closed queue that ends a receive of two", "several",
    "if #lines == 0 then return true end",
    "slot.unlist(record) do return true end" },
  { "a swap that overwrites", "value",
    "if o.version ~= version or o.owner and",
    "if o.owner and" },
  { "a key that outlives its time", "table",
    "if own and tonumber(own) <= now then remove(o, key) end",
    "", limit = 2 },
  { "a result that counts twice", "pool",
    "local accepted = has_it and task.who == me.who and large.keep(cell)",
    "local accepted = task and large.keep(cell)" },
  { "a task that dies with its worker", "pool",
    [[
    call("ZADD", key("q", o), number, number)
    go_on(o)
  end
  check_finished(o)]],
    "  end" },
  { "a submitter that is not let in", "bounded_pool",
    [[
    pool.give(o, me.who, task)
    let_in(o)]],
    "    pool.give(o, me.who, task)" },
  { "results that their owner's death leaves", "pool",
    [[object.discard("b", id .. "." .. who, "list")]],
    "" },
}

describe("a model finds", function()
  for _, fault in ipairs(FAULTS) do
    it(fault[1], function()
      local broken = library(fault.limit or 64, fault[3], fault[4])
      assert.is_string(world.search(models[fault[2]], SEARCH, { engine_text = broken }))
    end)
  end
end)
