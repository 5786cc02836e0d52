--- Session: one process under a lease; its tasks, its end.
--
-- The hash s<SESSION> has who.KEY for what the client told about itself, t<TASK> the slots, n<TASK> names.  The sorted
-- set S has the sessions by the time (ms) at which their lease ends; a lease ends when somebody, by `open` or `beat`,
-- finds that it is over.
--
-- If no open and no beat came for half a lease, or the clock has gone back, the server or its clock was away and not
-- the clients: then all get a fresh lease.
local engine = ...
local call, store, slot = engine.call, engine.store, engine.slot
local LIMIT, NEIGHBOURS, MOST_BURIED = engine.LIMIT, 8, 16

local session = {}
engine.session = session

local function key_of(id)
  return store.key("s", id)
end

--- NAME, pid and host of a task; nil: its session has ended.
function session.facts(who)
  local id, task = who:match "^([^.]+)%.(.+)$"
  local named, name, pid, host, program = (unpack or table.unpack)(call("HMGET", key_of(id), "n" .. task,
    "who.name", "who.pid", "who.host", "who.program"))
  if not (name or pid or host or program) then return nil end
  return { name = named or name or program or "?", pid = pid or "?", host = host or "?" }
end

--- `buyer-2 (pid 4711)`, and the host where the asking session is on another.
function session.person(who, asker)
  local facts = session.facts(who)
  if not facts then return "one that has ended" end
  local here = asker and call("HGET", key_of(asker), "who.host") == facts.host
  return ("%s (pid %s%s)"):format(facts.name, facts.pid, here and "" or " on " .. facts.host)
end

--- The name alone.
function session.name(who)
  local facts = session.facts(who)
  return facts and facts.name or ""
end

--- The fields of `lost`: no text, and since when the space is there (ms): where the server has forgotten all, it is
-- there since after the session began, or not at all.
function session.lost()
  local uid, made = (unpack or table.unpack)(call("HMGET", store.key "space", "uid", "made"))
  return { "", uid and (made or "0") or "" }
end

function session.is_alive(id)
  return call("EXISTS", key_of(id)) == 1
end

-- ---- the end of tasks ----

-- All of these have lost their slots before one of them makes others go on: so none of them is granted anything.
local function give_up(records)
  for _, record in ipairs(records) do record.was_listed = slot.unlist(record) end
  return function()
    for _, record in ipairs(records) do
      engine.large.drop(record.cell)
      local cancel = slot.cancel[record.op]
      if cancel then cancel(record, "dead") end
    end
  end
end

-- The slots that wait, and the tasks that have slots, in their order.
local function slots_of(id, hash, only)
  local records, owners, seen = {}, {}, {}
  for field in pairs(hash) do
    local task = field:match "^t([%d.]+)$"
    local owner = task and task:match "^%d+"
    if owner and (not only or owner == only) then
      records[#records + 1] = slot.record(id, task)
      if not seen[owner] then owners[#owners + 1] = owner end
      seen[owner] = true
    end
  end
  table.sort(records, function(a, b) return a.waiter < b.waiter end)
  table.sort(owners)
  return records, owners
end

-- What notifies another waiter of a condition in its place; nil: it was not notified.
local function unheard_of(id, owner, hash)
  return engine.condition.unheard(id .. "." .. owner, function(task) return hash["t" .. task] end)
end

-- The slot has gone: so do the bells of a task that listens at a list of its own.  What stands beside it goes to the
-- rest of what the task has.
local function end_slot(id, field, hash)
  local task = field:match "^t([%d.]+)$"
  if not task then return end
  slot.forget(id, task)
  call("UNLINK", store.key("m", id .. "." .. task))
  engine.hold.keep(id .. "." .. task, hash["k" .. task])
end

--- Its hash as a table, with what this call has written; nil: it has ended.
function session.read(id)
  store.write()
  return store.hash(key_of(id))
end

--- Ends a session: what its tasks had passes on.
function session.bury(id)
  local hash = session.read(id)
  call("ZREM", store.key "S", id)
  if not hash then return end
  if hash["who.machine"] then call("ZREM", store.key("n", hash["who.machine"]), id) end
  local records, owners = slots_of(id, hash)
  local tell = give_up(records)
  local persons, unheard = {}, {}
  for _, owner in ipairs(owners) do
    persons[owner] = session.person(id .. "." .. owner)
    unheard[#unheard + 1] = unheard_of(id, owner, hash)
  end
  call("UNLINK", key_of(id), store.key("m", id))
  for field in pairs(hash) do end_slot(id, field, hash) end
  tell()
  for _, notify in ipairs(unheard) do notify() end
  for _, owner in ipairs(owners) do engine.chore.add("bury", id .. "." .. owner, persons[owner]) end
  engine.chore.add("bury", id .. ".0", "")
end

-- Ends one task of a session that goes on.
local function leave(id, task)
  local hash = session.read(id)
  if not hash then return end
  local records = slots_of(id, hash, task)
  local person = session.person(id .. "." .. task)
  local tell, notify = give_up(records), unheard_of(id, task, hash)
  for field in pairs(hash) do
    local number = field:match "^[tnk]([%d.]+)$"
    if number and number:match "^%d+" == task then
      call("HDEL", key_of(id), field)
      end_slot(id, field, hash)
    end
  end
  tell()
  if notify then notify() end
  engine.chore.add("bury", id .. "." .. task, person)
end

-- ---- leases ----

local function refresh_all(now, lease)
  local key = store.key "S"
  for _, id in ipairs(call("ZRANGE", key, 0, -1)) do call("ZADD", key, now + lease, id) end
end

-- Ends the sessions whose lease is over, some of them in this call.  Returns whether there are more.
local function reap(now, lease)
  local space = store.key "space"
  local last = tonumber(call("HGET", space, "tick")) or now
  call("HSET", space, "tick", store.digits(now))
  store.advance(now)
  if now - last > lease / 2 or now < last then
    refresh_all(now, lease)
    return false
  end
  local dead = call("ZRANGEBYSCORE", store.key "S", "-inf", store.digits(now), "LIMIT", 0, MOST_BURIED)
  for _, id in ipairs(dead) do session.bury(id) end
  return #dead == MOST_BURIED
end

local function lease_of_space()
  return tonumber(call("HGET", store.key "space", "lease"))
end

local function is_unfinished(more)
  return (engine.chore.run(LIMIT) or more) and 1 or 0
end

-- session, pid and start of the next ones of its machine, in a ring: who watches whose end.
local function add_neighbours(list, id)
  local machine = call("HGET", key_of(id), "who.machine")
  if not machine then return list end
  local ring = store.key("n", machine)
  local next_ones = call("ZRANGEBYLEX", ring, "(" .. id, "+", "LIMIT", 0, NEIGHBOURS)
  if #next_ones < NEIGHBOURS then
    for _, one in ipairs(call("ZRANGEBYLEX", ring, "-", "(" .. id, "LIMIT", 0, NEIGHBOURS - #next_ones)) do
      next_ones[#next_ones + 1] = one
    end
  end
  for _, one in ipairs(next_ones) do
    local pid, start = (unpack or table.unpack)(call("HMGET", key_of(one), "who.pid", "who.start"))
    list[#list + 1] = one
    list[#list + 1] = pid or ""
    list[#list + 1] = start or ""
  end
  return list
end

-- Tells the session before it in the ring that there is a new one to watch: by a bell for task 0.
local function tell_neighbour(id)
  local machine = call("HGET", key_of(id), "who.machine")
  local ring = machine and store.key("n", machine)
  local before = ring and (call("ZREVRANGEBYLEX", ring, "(" .. id, "-", "LIMIT", 0, 1)[1]
    or call("ZREVRANGEBYLEX", ring, "+", "(" .. id, "LIMIT", 0, 1)[1])
  if not before then return end
  local pid, start = (unpack or table.unpack)(call("HMGET", key_of(id), "who.pid", "who.start"))
  call("RPUSH", store.key("m", before), "0:0:watch:" .. store.pack{ id, pid or "", start or "" })
end

local function tell_who(id, ...)
  local list = { ... }
  for i = 1, #list, 2 do list[i] = "who." .. list[i] end
  call("HSET", key_of(id), "open", 1, (unpack or table.unpack)(list))
  local machine = call("HGET", key_of(id), "who.machine")
  if machine then call("ZADD", store.key("n", machine), 0, id) end
end

-- Why this version cannot open the space; nil: it can, and others of another format cannot.
local function check_format(space, now)
  local uid, format = (unpack or table.unpack)(call("HMGET", space, "uid", "format"))
  if uid and (format or "1") ~= engine.VERSION then
    return ("the space was made by another version of tidelock (format %s; this one's is %s): end its programs, then "
      .. "delete its keys, or use another space"):format(format or "1", engine.VERSION)
  end
  if not uid then call("HSET", space, "format", engine.VERSION, "made", store.digits(now)) end
end

function engine.unnumbered.open(me, lease, uid, ...)
  local now, space = store.milliseconds(), store.key "space"
  local other = check_format(space, now)
  if other then return "error", { other } end
  if call("ZCARD", store.key "S") == 0 then call("HSET", space, "lease", lease) end
  call("HSETNX", space, "uid", uid)
  reap(now, lease_of_space())
  local is_new = not session.is_alive(me.session)
  tell_who(me.session, ...)
  if is_new then tell_neighbour(me.session) end
  call("ZADD", store.key "S", store.digits(now + lease_of_space()), me.session)
  return "ok", add_neighbours({ call("HGET", space, "uid"), lease_of_space(), engine.VERSION, now }, me.session)
end

function engine.unnumbered.beat(me)
  local now, lease = store.milliseconds(), lease_of_space()
  if not lease then return "lost", session.lost() end
  local more = reap(now, lease)
  if not session.is_alive(me.session) then return "lost", session.lost() end
  call("ZADD", store.key "S", store.digits(now + lease), me.session)
  return "ok", add_neighbours({ is_unfinished(more), now }, me.session)
end

function engine.unnumbered.bye(me)
  session.bury(me.session)
  return "ok", { is_unfinished() }
end

-- Also whom to watch now: where many ended at once, the next ones of the ring may be among them.
function engine.unnumbered.died(me, other)
  session.bury(other)
  return "ok", add_neighbours({ is_unfinished() }, me.session)
end

function engine.unnumbered.leave(me)
  leave(me.session, me.task)
  return "ok", { is_unfinished() }
end

function engine.unnumbered.task(me, name)
  if not session.is_alive(me.session) then return "lost", session.lost() end
  call("HSET", key_of(me.session), "n" .. me.task, name)
  return "ok"
end

function engine.unnumbered.free(me, ...)
  engine.large.free(me.who, { ... })
  return "ok"
end
