--- Reset: the starter again; what was there stays beside it.
local files = require "labs.files"
local pack = require "labs.pack"
local text_file = require "labs.text_file"

local reset = {}

-- A name for what was there, so that no other is lost.
local function backup_path(path, text)
  local name, number = path .. ".bak", 1
  while files.stat(name) and text_file.read(name) ~= text do
    number = number + 1
    name = ("%s.bak%d"):format(path, number)
  end
  return name
end

--- Puts the lab's starter there; what to tell.
function reset.lab(here, lab)
  local path, starter = here:path(lab), pack.starter(lab)
  local text, why_not = text_file.read(path)
  if not text and files.stat(path) then
    error({ wrong = ("nothing was reset: %s; move it away"):format(why_not), status = 1 }, 0)
  end
  if text == starter then return ("%s is the starter already"):format(path) end
  local backup
  if text then
    backup = backup_path(path, text)
    local well, why = text_file.write(backup, text)
    if not well then error({ wrong = "nothing was reset: " .. why, status = 1 }, 0) end
    os.remove(path)
  end
  here:put_starter(lab)
  local undone = here.progress:of(lab.name).state == "done"
  if undone then
    here.progress:change(lab.name, function(row) row.state, row.hash = "tried", nil end)
  end
  return ("%s is the starter again%s%s"):format(path, backup and "; what you had is in " .. backup or "",
    undone and ", and the lab is open again" or "")
end

--- The command.
function reset.run(here, found)
  local lab = here:lab(found.words[1])
  if lab.kind == "break" then
    error({ wrong = ("%s is played, and has no file: tidelock lab step %s"):format(lab.name, lab.name), status = 2 }, 0)
  end
  here:say(reset.lab(here, lab))
  return 0
end

return reset
