--- Saves: whether a file was saved since one last asked.
--
-- inotify tells of the file's folder, as editors write another file and rename it; once a second the file itself is
-- looked at, which is enough where inotify does not work, as on some network drives. What counts is what is in it.
local clock = require "terminal.system".real_time
local files = require "labs.files"
local script_hash = require "explore.schedule.script_hash"
local text_file = require "labs.text_file"

local saves = {}
saves.__index = saves

local LOOK = 1 -- seconds between two looks at the file itself
local SETTLES = 0.05 -- an editor may write in several steps

-- What is in it, told from anything else: a hash, or why it cannot be read; "gone": nothing is there.
local function content(path)
  local text, why = text_file.read(path)
  if text then return script_hash.of_text(text) end
  return files.stat(path) and why or "gone"
end

--- Watches a file, which is as it is now.
function saves.new(path)
  local folder = (files.real(path) or path):match "^(.*)/[^/]*$" or "."
  return setmetatable({ path = path, watcher = files.watch(folder), hash = content(path),
    looked = clock() }, saves)
end

local function is_due(self)
  local now = clock()
  local changed = self.watcher and self.watcher:changed()
  if not changed and now - self.looked < LOOK then return false end
  self.looked = now
  return true, changed
end

--- "saved" where there is something else in the file, "gone", "back" as it was; nil: nothing of that. Never waits long.
function saves:ask()
  local due, changed = is_due(self)
  if not due then return nil end
  if changed then files.sleep(SETTLES) end
  local hash = content(self.path)
  if hash == self.hash then return nil end
  local before = self.hash
  self.hash = hash
  if hash == "gone" then
    self.last = before
    return "gone"
  end
  return before == "gone" and hash == self.last and "back" or "saved"
end

function saves:close()
  if self.watcher then self.watcher:close() end
  self.watcher = nil
end

return saves
