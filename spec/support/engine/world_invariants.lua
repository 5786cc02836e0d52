--- What holds for all objects of an engine world (world.lua) after each call.
local invariants = {}

local function slots(self)
  local waiting = {}
  for key, entry in pairs(self.server.data) do
    local id = key:match("^tl:{k}:s(s%d+)$")
    for field, text in pairs(id and entry.fields or {}) do
      local number, seq, lines = field:match "^t([%d.]+)$", text:match "^(%d+):wait:%S+ %S+ %S+ %d%+? ([^\n]*)\n"
      if number and seq then waiting[id .. "." .. number .. "." .. seq] = lines end
    end
  end
  return waiting
end

local LINES = { w = true, p = true, j = true, v = true }

local function is_in(entry, waiter)
  for at = entry and entry.first or 1, entry and entry.last or 0 do
    if entry[at] == waiter then return true end
  end
  return false
end

-- Who waits is in all his lines, and who is in a line waits for it.
local function check_lines(self)
  local waiting = slots(self)
  for waiter, lines in pairs(waiting) do
    for line in lines:gmatch "%S+" do
      local entry = self.server.data[self.PREFIX .. line]
      self:must(is_in(entry, waiter) or self:is_busy(), "%s waits in %s, but is not in it", waiter, line)
    end
  end
  for key, entry in pairs(self.server.data) do
    local line = key:sub(#self.PREFIX + 1)
    if entry.type == "list" and LINES[line:sub(1, 1)] and line:match "^%a%d" then
      for at = entry.first, entry.last do
        local waiter = entry[at]
        local lines = waiting[waiter]
        self:must(lines and (" " .. lines .. " "):find(" " .. line .. " ", 1, true), "%s is in %s, and does not wait",
          waiter, line)
      end
    end
  end
end

-- Nobody sleeps whose answer is there, but for whom a bell rings.
local function check_bells(self)
  for _, session in ipairs(self.sessions) do
    for _, task in ipairs(session.tasks) do
      local slot = not session.buried and self:slot(task)
      if task.pending and slot and not slot:match "^%d+:wait:" then
        self:must(task.pending.granted, "%s sleeps, though its slot says %s", task.who, slot)
      end
    end
  end
end

-- Nothing is left of sessions that have ended.
local function check_ends(self)
  if self:is_busy() then return end
  for key in pairs(self.server.data) do
    local id = key:match "^tl:{k}:[shm](s%d+)"
    self:must(not id or not self.by_id[id].buried, "%s is left of a session that has ended", key)
  end
end

function invariants:check()
  check_lines(self)
  check_bells(self)
  check_ends(self)
  if not self:is_busy() then self.model.check(self) end
end

return invariants
