--- New: a lab of one's own, from a template that passes dev check as it is.
local files = require "labs.files"
local template = require "labs.author.new_template"
local text_file = require "labs.text_file"

local new = {}

local function refuse(text, ...) error({ wrong = text:format(...), status = 1 }, 0) end

local function write(path, text)
  local well, why = text_file.write(path, text)
  if not well then refuse("the lab cannot be written: %s", why) end
end

local function make(path)
  local well, why = files.make(path)
  if not well then refuse("the lab cannot be made: %s", why) end
end

-- "two-painters" is "Two painters".
local function title_of(name) return (name:gsub("[-_]", " "):gsub("^%l", string.upper)) end

-- Adds the name to the order of a pack's file; whether it could.
local function add_to_order(path, name)
  local text = text_file.read(path)
  local changed, count = text:gsub("(order%s*=%s*{.-),?(%s*})", function(before, behind)
    return ("%s%s%q%s"):format(before, before:find "{%s*$" and "" or ", ", name, behind)
  end, 1)
  if count == 0 or not load(changed) then return false end
  write(path, changed)
  return true
end

local function split(word)
  local directory, name = word:gsub("/+$", ""):match "^(.*)/([^/]+)$"
  if not directory or directory == "" then refuse("'%s': give a pack and a name, such as mypack/painters", word) end
  if not name:find "^%a[%w_-]*$" then
    refuse("'%s' is no name for a lab: a letter first, then letters, digits, - and _", name)
  end
  return directory, name
end

-- Makes the pack or adds to it; what is to be done by hand, or nil.
local function write_pack(directory, name)
  local path = directory .. "/pack.lua"
  if files.stat(path) then
    return not add_to_order(path, name) and ("add %q to 'order' in %s"):format(name, path) or nil
  end
  write(path, template.PACK:format(directory, directory, title_of(directory:match "[^/]*$"), name))
end

--- The command.
function new.run(found)
  local directory, name = split(found.words[1])
  local folder = directory .. "/" .. name
  if files.stat(folder) then refuse("%s is there already: choose another name", folder) end
  make(directory)
  make(folder)
  make(folder .. "/wrong")
  write(folder .. "/lab.lua", template.LAB:format(title_of(name)))
  write(folder .. "/solution.lua", template.SOLUTION)
  write(folder .. "/solution-2.lua", template.ALTERNATIVE)
  write(folder .. "/wrong/own_lock.lua", template.OWN_LOCK)
  write(folder .. "/wrong/too_strong.lua", template.TOO_STRONG)
  local by_hand = write_pack(directory, name)
  io.stdout:write(("%s is a lab that works: change its story, world, solutions and wrong answers.\n%s"
    .. "Prove it: tidelock lab dev check %s\n"):format(folder, by_hand and by_hand .. "\n" or "", directory))
  return 0
end

return new
