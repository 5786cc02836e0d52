-- The engine on a real server answers as it does on the fake one, on which the models try it.
local fake_redis = dofile "spec/support/engine/fake_redis.lua"
local engine = dofile "spec/support/engine.lua"
local files = dofile "spec/support/files.lua"

local KINDS = {
  { "lock" }, { "rlock" }, { "rwlock" }, { "semaphore", "value", 2, "bounded", 1 }, { "event" },
  { "latch", "count", 5 }, { "barrier", "parties", 2 }, { "condition" }, { "queue", "maxsize", 3 },
  { "queue", "order", "lifo", "redeliver", 1 }, { "queue", "order", "priority", "maxsize", 2 }, { "pipe" },
  { "value", "init", "i9223372036854775800" }, { "table", "i1", "=a", "sb", "#f0.5" }, { "pool", "retry", 1 },
}

local MAYS = { "0", "1", "2" }

-- What may be asked, by kind: op, then what its arguments are drawn from.
local OPS = {
  lock = { { "lock_acquire", MAYS }, { "lock_release" }, { "lock_holder" } },
  rlock = { { "lock_acquire", MAYS }, { "lock_release" } },
  rwlock = { { "rwlock_read", MAYS }, { "rwlock_write", MAYS }, { "rwlock_release" } },
  semaphore = { { "semaphore_acquire", MAYS }, { "semaphore_release", { 1, 2 } }, { "semaphore_value" } },
  event = { { "event_set" }, { "event_clear" }, { "event_is_set" }, { "event_wait", MAYS } },
  latch = { { "latch_count_down", { 1 } }, { "latch_wait", MAYS }, { "latch_count" } },
  barrier = { { "barrier_wait", MAYS }, { "barrier_reset" }, { "barrier_state" } },
  condition = { { "condition_wait", MAYS }, { "condition_notify", { 1, "all" } } },
  queue = {
    { "queue_put", MAYS, { "=one", "=two", "=" }, { "" } }, { "queue_get", MAYS },
    { "queue_put_many", { "=x" }, { "=y" } },
    { "queue_get_many", { 2 }, MAYS }, { "queue_size" }, { "queue_task_done", { "1", "2", "3" } },
    { "queue_join", MAYS },
  },
  pipe = {
    { "pipe_send", { 1, 2 }, MAYS, { "=m" } }, { "pipe_receive", { 1, 2 }, MAYS }, { "pipe_hold", { 1, 2 }, { "" } },
    { "pipe_drop", { 1, 2 } }, { "pipe_poll", { 1, 2 }, MAYS }, { "pipe_state", { 1, 2 } },
  },
  value = {
    { "value_get" }, { "value_add", { "i5", "f0.1", "i-3" } },
    { "value_set", { "i9223372036854775800", "i-9223372036854775808", "finf", "i1" } },
    { "value_compare_set", { "i1", "f1" }, { "i7" } }, { "value_swap", { 1, 2, 3 }, { "i1" } },
  },
  table = {
    { "table_get", { "i1", "sb", "sc" } }, { "table_set", { "i1", "i2", "sc" }, { "=v", "#i3", "" }, { "", 600000 } },
    { "table_add", { "sb", "sn", "i1" }, { "i1", "f0.25" }, { "", "i10" }, { "" } }, { "table_keys" },
    { "table_length" }, { "table_swap", { "i1" }, { 0, 1, 2 }, { "=w" } }, { "claim", MAYS }, { "unclaim" },
  },
  pool = {
    { "pool_submit", MAYS, { "box" }, { "=t" } }, { "pool_submit_many", { "box" }, { "=t" }, { "=u" } },
    { "pool_work", MAYS, { "" }, { "" }, { "" }, { "" } }, { "pool_hand_in", { 1, 2, 3 }, { 1 }, { "ok" }, { "=r" } },
    { "pool_collect", { "box" }, { 2 }, MAYS }, { "pool_cancel", { 1, 2, 3, 4 } }, { "pool_state" },
    { "pool_join", MAYS },
  },
}

local SESSIONS = { "aaaaaaaa", "bbbbbbbb", "cccccccc" }
local SPACE = "real"

-- Numbers that come of the clock, by the order in which they appear; the clock itself (ms) is any.
local function normal()
  local known, count = {}, 0
  return function(text)
    return (text:gsub("%d%d%d%d%d%d%d%d%d%d%d%d%d+", function(digits)
      if #digits == 13 then return "#ms" end
      if not known[digits] then
        count = count + 1
        known[digits] = "#" .. count
      end
      return known[digits]
    end))
  end
end

local function random_of(seed)
  local state = seed * 7919 + 17
  return function(list)
    state = (state * 1103515245 + 12345) % 2147483648
    return list[(state >> 8) % #list + 1]
  end
end

-- A client of the fake: writes down what it asks and what it is answered.
local function recorder()
  local self = { server = fake_redis.new(), requests = {}, answers = {}, seqs = {}, waits = {} }

  function self.send(...)
    self.requests[#self.requests + 1] = { ... }
    self.answers[#self.requests] = self.server.fcall(SPACE, ...)
    return self.answers[#self.requests]
  end

  function self.ask(session, task, ...)
    local who = session .. "." .. task
    self.seqs[who] = (self.seqs[who] or 0) + 1
    local answer = self.send(session, task, self.seqs[who], ...)
    self.waits[who] = answer:match ":wait:"
    return select(3, fake_redis.parse(answer))
  end

  function self.cancel(session, task, leave)
    local who = session .. "." .. task
    self.waits[who] = self.send(session, task, self.seqs[who], "cancel", leave, "x"):match ":wait:"
  end
  return self
end

local function draw(pick, row, id)
  local words = { row[1], id }
  for i = 2, #row do words[#words + 1] = pick(row[i]) end
  return table.unpack(words)
end

local function history(seed, steps)
  local pick, self, objects = random_of(seed), recorder(), {}
  for i, session in ipairs(SESSIONS) do
    self.send(session, 0, 0, "open", 600000, "uid", "host", "h" .. i, "pid", i, "name", "p" .. i)
  end
  for i, kind in ipairs(KINDS) do
    local fields = self.ask(SESSIONS[1], 1, "make", kind[1], "o" .. i, "space", table.unpack(kind, 2))
    objects[i] = { kind = kind[1], id = fields[1] }
  end
  for _ = 1, steps do
    local session, task = pick(SESSIONS), pick{ 1, 2 }
    if self.waits[session .. "." .. task] then
      self.cancel(session, task, pick{ 0, 1 })
    else
      local object = pick(objects)
      self.ask(session, task, draw(pick, pick(OPS[object.kind]), object.id))
    end
  end
  self.send("-", 0, 0, "died", SESSIONS[2])
  self.send("-", 0, 0, "objects", 0)
  self.send("-", 0, 0, "tasks", SESSIONS[1])
  return self
end

local LIBRARY = fake_redis.engine_text():match "^#!lua name=([%w_]+)\n"

local function line(space, request, ids)
  local words = { "FCALL", LIBRARY, "1", "tl:{" .. space .. "}:" }
  for _, word in ipairs(request) do
    words[#words + 1] = ('"%s"'):format(ids[tostring(word)] or word)
  end
  return table.concat(words, " ") .. "\n"
end

-- The answers of a real server to requests, some lines at a time: ids are its own.
local function replay(server, self)
  local ids, answers, from = {}, {}, 1
  local function send(to)
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    for i = from, to do file:write(line(SPACE, self.requests[i], ids)) end
    file:close()
    local pipe = assert(io.popen(("redis-cli -s '%s' <%s"):format(server.socket, name)))
    for answer in pipe:lines() do
      if answer ~= "" then answers[#answers + 1] = answer end
    end
    pipe:close()
    os.remove(name)
    from = to + 1
  end
  local made = #SESSIONS + #KINDS
  send(made)
  for i = #SESSIONS + 1, made do
    local _, _, own = fake_redis.parse(self.answers[i])
    local _, _, real = fake_redis.parse(answers[i])
    ids[own[1]] = real[1]
  end
  send(#self.requests)
  return answers
end

describe("the engine on a real server", function()
  if engine.missing then
    pending("answers as on the fake: " .. engine.missing)
    return
  end
  local server

  setup(function()
    server = engine.start()
    local name = files.write(os.tmpname(), fake_redis.engine_text())
    local pipe = assert(io.popen(("redis-cli -s '%s' -x FUNCTION LOAD REPLACE <%s"):format(server.socket, name)))
    assert.equal(LIBRARY, pipe:read "l")
    pipe:close()
    os.remove(name)
  end)

  teardown(function() server:stop() end)

  for seed = 1, 4 do
    it("answers as on the fake, history " .. seed, function()
      server:cli "FLUSHALL"
      local self = history(seed, 400)
      local answers, own, real = replay(server, self), normal(), normal()
      for i, answer in ipairs(self.answers) do
        local asked = table.concat(self.requests[i], " ")
        assert.equal(asked .. " -> " .. own(answer), asked .. " -> " .. real(tostring(answers[i])))
      end
    end)
  end

  it("knows no other commands than the page tells", function()
    local page = assert(io.open "bindings/docs/engine.md"):read "a"
    local list = io.popen "grep -ho 'call(\"[A-Z]*\"' bindings/engine/*.lua | sort -u"
    for name in list:read("a"):gmatch '"(%u+)"' do
      assert.truthy(page:find("+" .. name:lower() .. "%f[%W]"), name)
    end
    list:close()
  end)
end)
