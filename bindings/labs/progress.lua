--- Progress: what is done, in a file of text beside the student's files, which may be synced or committed.
--
-- One line a lab, sorted by name: name, state, how often it was tried, how many hints were shown, the hash of the file
-- that passed, and of which property the last verdict was, if it has a hint (labs/student/hint). Lines of the same lab,
-- as a merge leaves them, become one: the further state, the greater numbers. What else stands there is told, and the
-- file kept as .bak.
local files = require "labs.files"
local script_hash = require "explore.schedule.script_hash"
local text_file = require "labs.text_file"

local progress = {}
progress.__index = progress

local NAME = ".tidelock-lab"
local HEAD = "# tidelock lab: name, state, tries, hints shown, hash of the file that passed\n"
local FURTHER = { open = 1, skipped = 2, tried = 3, done = 4 }

--- Whether there is one in the folder.
function progress.is_in(folder) return files.stat(folder .. "/" .. NAME) ~= nil end

local function parse(line)
  local name, state, tries, hints, hash, told = line:match "^(%S+) (%a+) (%d+) (%d+) (%S+) ?(%S*)$"
  if not name or not FURTHER[state] then return nil end
  return { name = name, state = state, tries = math.tointeger(tonumber(tries)) or 0,
    hints = math.tointeger(tonumber(hints)) or 0, hash = hash ~= "-" and hash or nil,
    told = told ~= "" and told or nil }
end

local function merge(a, b)
  if not a then return b end
  local further = FURTHER[b.state] > FURTHER[a.state] and b or a
  return { name = a.name, state = further.state, tries = math.max(a.tries, b.tries),
    hints = math.max(a.hints, b.hints), hash = further.hash, told = further.told }
end

-- A comment, or what git writes round what it could not merge.
local function says_nothing(line)
  return line:find "^%s*$" or line:find "^#" or line:find "^<<<<<<<" or line:find "^=======" or line:find "^>>>>>>>"
    or line:find "^|||||||"
end

-- { rows by name, pack }, and how many lines are damaged.
local function read(text)
  local rows, pack, damaged = {}, nil, 0
  for line in text:gmatch "[^\r\n]+" do
    local row = parse(line)
    if row then
      rows[row.name] = merge(rows[row.name], row)
    elseif line:find "^pack " then
      pack = line:match "^pack (.+)$"
    elseif not says_nothing(line) then
      damaged = damaged + 1
    end
  end
  return { rows = rows, pack = pack }, damaged
end

--- Opens the one of a folder, which need not be there yet; and what is to be told of a damaged one, or nil. One that
--- cannot be read is not taken for none: raises { wrong = text }.
function progress.open(folder)
  local self = setmetatable({ path = folder .. "/" .. NAME, folder = folder }, progress)
  local text, why = text_file.read(self.path)
  if not text and files.stat(self.path) then
    error({ wrong = ("what is done cannot be known: %s. Move it away, or make it readable"):format(why) }, 0)
  end
  local found, damaged = read(text or "")
  self.rows, self.pack = found.rows, found.pack
  if damaged == 0 then return self end
  local backup = self.path .. ".bak"
  text_file.write(backup, text)
  self:save()
  return self, ("%s is damaged: %d line%s could not be read. The rest is used; what was there is in %s"):format(
    self.path, damaged, damaged == 1 and "" or "s", backup)
end

local function line_of(row)
  return ("%s %s %d %d %s%s\n"):format(row.name, row.state, row.tries, row.hints, row.hash or "-",
    row.told and " " .. row.told or "")
end

--- Writes the file; raises { wrong = text }.
function progress:save()
  local lines = {}
  for _, row in pairs(self.rows) do lines[#lines + 1] = line_of(row) end
  table.sort(lines)
  local pack = self.pack and ("pack %s\n"):format(self.pack) or ""
  local well, why = text_file.write(self.path, HEAD .. pack .. table.concat(lines))
  if not well then error({ wrong = "the progress cannot be written: " .. why }, 0) end
end

--- What is known of a lab: { state, tries, hints, hash, told }.
function progress:of(name)
  return self.rows[name] or { name = name, state = "open", tries = 0, hints = 0 }
end

--- Changes what is known of a lab by change(row), and writes the file, with what others have written meanwhile. Where
--- it cannot be written it is known here all the same, and self.wrong tells why; in a folder that is not there yet
--- nothing is kept.
function progress:change(name, change)
  local text = not self.wrong and text_file.read(self.path)
  if text then self.rows = read(text).rows end
  local row = self:of(name)
  self.rows[name] = row
  change(row)
  if not files.stat(self.folder) then return end
  local well, why = pcall(self.save, self)
  if not well and type(why) ~= "table" then error(why, 0) end
  self.wrong = not well and why.wrong or nil
end

--- Whether the lab's file passed, and is still the same.
function progress:is_unchanged(name, path)
  local row, text = self:of(name), text_file.read(path)
  return row.state == "done" and row.hash ~= nil and text ~= nil and row.hash == script_hash.of_text(text)
end

return progress
