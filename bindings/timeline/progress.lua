--- Progress: a line on the terminal that tells how far a long work is; it comes after a second, and goes when the work
--- is done.
local progress = {}
progress.__index = progress

local PATIENCE, BETWEEN = 1, 0.2 -- seconds

--- One that shows nothing unless `is_shown`; `now()` tells seconds, `write(text)` writes on the terminal.
function progress.new(is_shown, now, write)
  local time = is_shown and now() or 0
  return setmetatable({ is_shown = is_shown, now = now, write = write, due = time + PATIENCE, done = 0, total = 1,
    name = "", is_there = false }, progress)
end

--- From now on it is about `name`, of which `total` are to be done.
function progress:begin(name, total)
  self.name, self.total, self.done = name, math.max(total, 1), 0
end

--- So many more are done.
function progress:add(count)
  self.done = self.done + count
  if not self.is_shown then return end
  local time = self.now()
  if time < self.due then return end
  self.due, self.is_there = time + BETWEEN, true
  self.write(("\r\27[Ktidelock: %s: %d %%"):format(self.name, math.min(100 * self.done // self.total, 99)))
end

--- Takes the line away.
function progress:clear()
  if self.is_there then self.write "\r\27[K" end
  self.is_there = false
end

return progress
